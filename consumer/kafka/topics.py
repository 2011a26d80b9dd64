"""The topics of this product (`deploy/topics.yaml`): create, delete and require them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, TopicAuthorizationFailedError, for_code
from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from consumer.config.settings import Settings
from consumer.errors import StartupError
from consumer.kafka.access import denial
from consumer.kafka.admin import Admin
from consumer.kafka.cluster import Cluster
from consumer.kafka.start_wait import when_there

CREATE_LIMIT_MS = 15_000
PACKAGED = Path(__file__).with_name("topics.yaml")
IN_CHECKOUT = Path(__file__).parents[2] / "deploy" / "topics.yaml"

Role = Literal["input", "output"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visible:
    """
    What a client sees of the topics that it needs.

    Attributes:
        counts: the number of partitions of every topic of the cluster.
        missing: those of the needed topics that are not among these.
        hidden: those of the missing ones that this client may not describe, so that they may exist.
    """

    counts: Mapping[str, int]
    missing: Sequence[str]
    hidden: Sequence[str]


class Topic(BaseModel):
    """One topic; `name` is without the deployment's prefix, `settings` are Kafka's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    role: Role
    partitions: int = Field(ge=1)
    replication_factor: int = Field(ge=1)
    settings: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The result for one topic: ``created``, or ``exists``, with its number of partitions."""

    name: str
    status: Literal["created", "exists"]
    partitions: int

    def __str__(self) -> str:
        return f"{self.name}: {self.status}, {self.partitions} partitions"


@cache
def declared(path: Path | None = None) -> tuple[Topic, ...]:
    """The topics of a file, by default `deploy/topics.yaml`, which is part of the wheel."""
    source = path or (PACKAGED if PACKAGED.is_file() else IN_CHECKOUT)
    content = YAML(typ="safe").load(source.read_text())
    return tuple(_topic(content["defaults"], each) for each in content["topics"])


def names(role: Role) -> tuple[str, ...]:
    """The names of all inputs or outputs, without prefix."""
    return tuple(topic.name for topic in declared() if topic.role == role)


async def create(settings: Settings, *, partitions_each: int | None = None) -> tuple[Made, ...]:
    """
    Create the missing topics; existing ones are not changed.

    Args:
        settings: address of Kafka, and prefix of the names.
        partitions_each: replaces the declared number of partitions, for the demo on one machine.

    Raises:
        StartupError: Kafka cannot be reached, or refuses a topic; the message has its name and the reason.
    """
    cluster = Cluster.of(settings)
    other = {} if partitions_each is None else {"partitions": partitions_each}
    wanted = tuple(topic.model_copy(update=other) for topic in declared())
    async with cluster.asked() as admin:
        found = await partitions(admin)
        missing = [topic for topic in wanted if cluster.topic(topic.name) not in found]
        brokers = len((await admin.describe_cluster())["brokers"])
        made = [_new(cluster, topic, brokers) for topic in missing]
        created = await _create(admin, made, user=cluster.user)
    return tuple(_made(cluster.topic(topic.name), topic, found, created) for topic in wanted)


async def delete(settings: Settings) -> tuple[str, ...]:
    """
    Delete the topics of a deployment with their records; returns the names of those that existed.

    Raises:
        StartupError: Kafka cannot be reached, or refuses; the message has the topics and the reasons.
    """
    cluster = Cluster.of(settings)
    async with cluster.admin() as admin:
        found = await partitions(admin)
        ours = [name for name in (cluster.topic(topic.name) for topic in declared()) if name in found]
        if ours:
            answer = await admin.delete_topics(ours, timeout_ms=CREATE_LIMIT_MS)
            refused = [f"{name}: {_why(code)}" for name, code, *_ in answer.topic_error_codes if code]
            if refused:
                raise StartupError("Kafka refuses to delete topics: " + "; ".join(refused))
    return tuple(ours)


async def require(cluster: Cluster, needed: Iterable[str], *, wait_limit_s: float = 0.0) -> None:
    """
    Check that topics exist, without causing a broker with auto.create.topics.enable to create them.

    Args:
        cluster: where.
        needed: their names, without prefix.
        wait_limit_s: how long to wait for a Kafka that is not there.

    Raises:
        StartupError: Kafka cannot be reached, or topics are missing; the message names all of them.
    """
    real = [cluster.topic(name) for name in needed]

    async def ask() -> Visible:
        async with cluster.asked() as admin:
            return await visible(admin, real)

    found = await when_there(ask, wait_limit_s=wait_limit_s)
    problems = absent(found.missing, found.hidden, user=cluster.user)
    if problems:
        raise StartupError("\n".join(problems))
    counts = found.counts
    inputs = {name: counts[cluster.topic(name)] for name in names("input") if cluster.topic(name) in counts}
    if len(set(inputs.values())) > 1:
        log.warning("input_topics_differ_in_partitions", **inputs)


async def absence(cluster: Cluster, name: str) -> str:
    """
    Why a topic cannot be read: it is missing, or this client may not see it; empty where it can.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    real = cluster.topic(name)
    async with cluster.asked() as admin:
        found = await visible(admin, [real])
    return "".join(absent(found.missing, found.hidden, user=cluster.user, operation="READ and DESCRIBE"))


def absent(
    missing: Sequence[str],
    hidden: Sequence[str],
    *,
    user: str | None,
    operation: str = "READ on inputs, WRITE on outputs, both with DESCRIBE,",
) -> list[str]:
    """A sentence about missing topics, and one about topics that this client may not describe."""
    problems = []
    if lacking := [name for name in missing if name not in hidden]:
        listed = ", ".join(lacking)
        problems.append(f"Kafka lacks the topics {listed}: create them with `lago-netsuite topics create`")
    if hidden:
        refused = TopicAuthorizationFailedError(hidden)
        problems.append(str(denial(refused, user=user, operation=operation)))
    return problems


def _topic(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> Topic:
    settings = {**defaults.get("settings", {}), **own.get("settings", {})}
    texts = {key: str(value) for key, value in settings.items()}
    return Topic.model_validate({**defaults, **own, "settings": texts})


async def visible(admin: Admin, needed: Sequence[str]) -> Visible:
    """Look for topics; names have the prefix."""
    counts = await partitions(admin)
    missing = [name for name in needed if name not in counts]
    return Visible(counts=counts, missing=missing, hidden=await admin.hidden(missing) if missing else [])


async def partitions(admin: AIOKafkaAdminClient) -> dict[str, int]:
    """The number of partitions of every topic of the cluster; names have the prefix."""
    # For all topics: a broker with auto.create.topics.enable creates topics that a request names.
    return {each["topic"]: len(each["partitions"]) for each in await admin.describe_topics()}


def _new(cluster: Cluster, topic: Topic, brokers: int) -> NewTopic:
    replicas = min(topic.replication_factor, brokers)
    settings = dict(topic.settings)
    if "min.insync.replicas" in settings:
        # With as many as replicas, the restart of one broker would stop all acknowledgements.
        settings["min.insync.replicas"] = str(min(int(settings["min.insync.replicas"]), max(1, replicas - 1)))
    return NewTopic(cluster.topic(topic.name), topic.partitions, replicas, topic_configs=settings)


async def _create(
    admin: AIOKafkaAdminClient, topics: Sequence[NewTopic], *, user: str | None
) -> frozenset[str]:
    if not topics:
        return frozenset()
    answer = await admin.create_topics(list(topics), timeout_ms=CREATE_LIMIT_MS)
    refused = {name: (code, *rest) for name, code, *rest in answer.topic_errors if code}
    # Another process may have created it at the same time.
    raced = {name for name, (code, *_) in refused.items() if code == TopicAlreadyExistsError.errno}
    problems = [
        f"{name}: {_denied(name, code, user) or _why(code, *rest)}"
        for name, (code, *rest) in refused.items()
        if name not in raced
    ]
    if problems:
        raise StartupError("Kafka refuses to make topics: " + "; ".join(problems))
    return frozenset(topic.name for topic in topics) - raced


def _denied(topic: str, code: int, user: str | None) -> str | None:
    return denial(for_code(code)(topic), user=user, operation="CREATE")


def _why(code: int, message: str | None = None) -> str:
    return message or for_code(code).__name__


def _made(real_name: str, topic: Topic, found: Mapping[str, int], created: frozenset[str]) -> Made:
    status: Literal["created", "exists"] = "created" if real_name in created else "exists"
    return Made(name=real_name, status=status, partitions=found.get(real_name, topic.partitions))
