"""
The least rights of each command on Kafka: topics, consumer groups and operations, as access control lists.

`make kafka-rights` writes them as a page and as Strimzi's ``KafkaUser`` (deploy/kafka). Operations are
Kafka's own; Read and Write include Describe (https://kafka.apache.org/documentation/#operations_in_kafka).
There are no transactions, so no right on transactional ids; idempotent producers need Write on their topics
and nothing else since Kafka 3.0 (KIP-679).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from consumer.kafka import topics
from schemas import audit, error_event, reconciliation, result, undeliverable, waiting

PAYMENTS = "lago.payments"
GROUPS = ""
"""The name of the right on groups: a prefix, `CONSUMER_GROUP` with a dot, and all that begins so."""


class Operation(StrEnum):
    """As Kafka and Strimzi spell it."""

    READ = "Read"
    WRITE = "Write"
    CREATE = "Create"
    DESCRIBE = "Describe"
    DESCRIBE_CONFIGS = "DescribeConfigs"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Right:
    """
    One operation on one resource.

    Attributes:
        name: of the topic, without the deployment's prefix; `GROUPS` for the deployment's groups.
    """

    kind: Literal["group", "topic"]
    name: str
    operation: Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """
    What some commands need.

    Attributes:
        user: the name of their `KafkaUser`.
        commands: of `lago-netsuite`, by their first word.
        rights: none of them can be taken away.
    """

    user: str
    commands: tuple[str, ...]
    rights: frozenset[Right]


def on(operation: Operation, *names: str) -> frozenset[Right]:
    """The same operation on each of these topics."""
    return frozenset(Right(kind="topic", name=name, operation=operation) for name in names)


def on_groups(operation: Operation) -> frozenset[Right]:
    """An operation on the consumer groups of the deployment."""
    return frozenset({Right(kind="group", name=GROUPS, operation=operation)})


INPUTS = topics.names("input")
ALL = tuple(topic.name for topic in topics.declared())
READ, WRITE, DESCRIBE = Operation.READ, Operation.WRITE, Operation.DESCRIBE
FAILURES = on(READ, error_event.TOPIC, result.TOPIC, audit.TOPIC) | on_groups(DESCRIBE)

USES = (
    Use(
        user="worker",
        commands=("worker",),
        rights=on(READ, *INPUTS, waiting.TOPIC, audit.TOPIC)
        | on(Operation.DESCRIBE_CONFIGS, *INPUTS)
        | on(WRITE, result.TOPIC, error_event.TOPIC, waiting.TOPIC, PAYMENTS)
        | on_groups(READ),
    ),
    Use(user="ingest", commands=("ingest",), rights=on(WRITE, *INPUTS)),
    Use(
        user="sender",
        commands=("send",),
        rights=on(WRITE, *INPUTS) | on(READ, result.TOPIC, error_event.TOPIC),
    ),
    Use(
        user="relay",
        commands=("relay",),
        rights=on(READ, error_event.TOPIC, result.TOPIC, reconciliation.TOPIC)
        | on(WRITE, error_event.TOPIC, undeliverable.TOPIC)
        | on_groups(READ),
    ),
    Use(
        user="console",
        commands=("console",),
        rights=on(READ, *INPUTS, error_event.TOPIC, result.TOPIC, waiting.TOPIC, audit.TOPIC)
        | on(READ, reconciliation.TOPIC)
        | on(WRITE, *INPUTS, error_event.TOPIC, audit.TOPIC, reconciliation.TOPIC)
        | on_groups(READ),
    ),
    Use(
        user="viewer",
        commands=("errors", "status", "audit", "explain", "plan", "backtest", "replays"),
        rights=FAILURES | on(READ, *INPUTS, waiting.TOPIC, reconciliation.TOPIC),
    ),
    Use(
        user="operator",
        commands=("replay", "errors", "replays", "pause", "resume", "backfill", "adopt"),
        rights=FAILURES | on(READ, *INPUTS) | on(WRITE, *INPUTS, error_event.TOPIC, audit.TOPIC),
    ),
    Use(
        user="reconcile",
        commands=("reconcile",),
        rights=on(READ, error_event.TOPIC, result.TOPIC, audit.TOPIC, waiting.TOPIC, reconciliation.TOPIC)
        | on(WRITE, reconciliation.TOPIC),
    ),
    Use(
        user="check",
        commands=("check",),
        rights=on(DESCRIBE, *INPUTS, result.TOPIC, error_event.TOPIC)
        | on(Operation.DESCRIBE_CONFIGS, *INPUTS)
        | on_groups(DESCRIBE),
    ),
    Use(user="topics", commands=("topics",), rights=on(Operation.CREATE, *ALL)),
)


def rights_of(uses: Iterable[Use]) -> frozenset[Right]:
    """What one user needs who does the work of several."""
    return frozenset().union(*(use.rights for use in uses))
