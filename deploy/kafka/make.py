"""Writes README.md and users.yaml of this folder from `consumer.kafka.rights`: ``make kafka-rights``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from consumer.kafka.rights import USES, Operation, Right, Use, rights_of

FOLDER = Path(__file__).parent
GROUP = "lago-netsuite."
# What the chart's pods share: they have one login.
CHART = ("worker", "ingest", "relay", "console", "reconcile")
HEAD = """# Rights on Kafka

The least that each command needs, where Kafka has an authorizer; without one of them it says in a sentence
which it lacks. Names are without `TOPIC_PREFIX`; groups are all that begin with `CONSUMER_GROUP` and a dot.
Read and Write include Describe. There are no transactional ids, and idempotent producers need no right on the
cluster since Kafka 3.0.

[users.yaml](users.yaml) has them as Strimzi's `KafkaUser`, one a row, and `lago-netsuite`, who may do what
all pods of the chart do with their one login. `topics create` by the chart (`topics.create`) needs the rights
of `topics` besides. Whoever should do less gets a user of its own: `viewer` looks and changes nothing.

Made by `make kafka-rights`; `tests/chaos/test_rights.py` does the work of commands with just these rights,
`tests/chaos/test_each_right.py` takes them away one by one (of the console those to read what it shows).
"""
USERS_HEAD = """# Rights of lago-netsuite for Strimzi, by `make kafka-rights`; the label names your cluster.
"""


def page() -> str:
    """The table of all users."""
    rows = [f"| `{use.user}` | {_commands(use)} | {_listed(use.rights)} |" for use in USES]
    return "\n".join([HEAD, "| User | Commands | Rights |", "|---|---|---|", *rows, ""])


def users() -> str:
    """A `KafkaUser` of each, and that of the chart."""
    shared = rights_of(use for use in USES if use.user in CHART)
    named = {"lago-netsuite": shared, **{f"lago-netsuite-{use.user}": use.rights for use in USES}}
    return USERS_HEAD + "---\n".join(_user(name, rights) for name, rights in named.items())


def _commands(use: Use) -> str:
    return ", ".join(f"`{each}`" for each in use.commands)


def _listed(rights: frozenset[Right]) -> str:
    parts = []
    for operation in Operation:
        names = sorted(right.name for right in rights if right.operation is operation)
        if names:
            shown = ", ".join(f"`{name}`" if name else "groups" for name in names)
            parts.append(f"**{operation}** {shown}")
    return "; ".join(parts)


def _user(name: str, rights: frozenset[Right]) -> str:
    lines = [
        "apiVersion: kafka.strimzi.io/v1beta2",
        "kind: KafkaUser",
        "metadata:",
        f"  name: {name}",
        "  labels: {strimzi.io/cluster: kafka}",
        "spec:",
        "  authentication: {type: scram-sha-512}",
        "  authorization:",
        "    type: simple",
        "    acls:",
        *(line for resource in _resources(rights) for line in _acl(resource, rights)),
    ]
    return "\n".join(lines) + "\n"


def _resources(rights: Iterable[Right]) -> list[tuple[str, str]]:
    return sorted({(right.kind, right.name) for right in rights})


def _acl(resource: tuple[str, str], rights: frozenset[Right]) -> list[str]:
    kind, name = resource
    of_it = sorted(right.operation for right in rights if (right.kind, right.name) == resource)
    pattern, shown = ("literal", name) if name else ("prefix", GROUP)
    return [
        f"      - resource: {{type: {kind}, name: {shown}, patternType: {pattern}}}",
        f"        operations: [{', '.join(of_it)}]",
    ]


if __name__ == "__main__":
    (FOLDER / "README.md").write_text(page())
    (FOLDER / "users.yaml").write_text(users())
