"""The topics of this product: what they should be (`deploy/topics.yaml`), making and requiring them."""

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
from consumer.kafka.cluster import Cluster

CREATE_LIMIT_MS = 15_000
PACKAGED = Path(__file__).with_name("topics.yaml")
IN_CHECKOUT = Path(__file__).parents[2] / "deploy" / "topics.yaml"

Role = Literal["input", "output"]

log = structlog.get_logger(__name__)


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
    """What became of one topic: ``created``, or ``exists`` with the partitions it has."""

    name: str
    status: Literal["created", "exists"]
    partitions: int

    def __str__(self) -> str:
        return f"{self.name}: {self.status}, {self.partitions} partitions"


@cache
def declared(path: Path | None = None) -> tuple[Topic, ...]:
    """The topics of a file, `deploy/topics.yaml` by default (packaged in the wheel)."""
    source = path or (PACKAGED if PACKAGED.is_file() else IN_CHECKOUT)
    content = YAML(typ="safe").load(source.read_text())
    return tuple(_topic(content["defaults"], each) for each in content["topics"])


def names(role: Role) -> tuple[str, ...]:
    """The names of all inputs or outputs, without prefix."""
    return tuple(topic.name for topic in declared() if topic.role == role)


async def create(settings: Settings, *, partitions_each: int | None = None) -> tuple[Made, ...]:
    """
    Make the topics that are not there; those that are stay as they are.

    Args:
        settings: where Kafka is, and the prefix of the names.
        partitions_each: that many instead of what is declared; a machine that runs all of it wants few.

    Raises:
        StartupError: Kafka cannot be reached, or refuses a topic; the message says which and why.
    """
    cluster = Cluster.of(settings)
    other = {} if partitions_each is None else {"partitions": partitions_each}
    wanted = tuple(topic.model_copy(update=other) for topic in declared())
    async with cluster.asked() as admin:
        found = await partitions(admin)
        missing = [topic for topic in wanted if cluster.topic(topic.name) not in found]
        brokers = len((await admin.describe_cluster())["brokers"])
        created = await _create(admin, [_new(cluster, topic, brokers) for topic in missing])
    return tuple(_made(cluster.topic(topic.name), topic, found, created) for topic in wanted)


async def delete(settings: Settings) -> tuple[str, ...]:
    """
    Delete the topics of a deployment with all that lies on them; gives the names of those that were there.

    Raises:
        StartupError: Kafka cannot be reached, or refuses; the message says which topics and why.
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


async def require(cluster: Cluster, needed: Iterable[str]) -> None:
    """
    See that topics exist, without making a broker that makes topics by itself do so.

    Raises:
        StartupError: Kafka cannot be reached, or topics are missing: all of them are named.
    """
    real = [cluster.topic(name) for name in needed]
    async with cluster.asked() as admin:
        found = await partitions(admin)
        missing = [name for name in real if name not in found]
        hidden = await admin.hidden(missing) if missing else []
    problems = absent(missing, hidden, user=cluster.user)
    if problems:
        raise StartupError("\n".join(problems))
    inputs = {name: found[cluster.topic(name)] for name in names("input") if cluster.topic(name) in found}
    if len(set(inputs.values())) > 1:
        log.warning("input_topics_differ_in_partitions", **inputs)


def absent(missing: Sequence[str], hidden: Sequence[str], *, user: str | None) -> list[str]:
    """A sentence about the topics that are not there, and one about those that this client may not see."""
    problems = []
    if lacking := [name for name in missing if name not in hidden]:
        listed = ", ".join(lacking)
        problems.append(f"Kafka lacks the topics {listed}: create them with `lago-netsuite topics create`")
    if hidden:
        refused = TopicAuthorizationFailedError(hidden)
        sentence = denial(
            refused, user=user, operation="READ on inputs, WRITE on outputs, both with DESCRIBE,"
        )
        problems.append(str(sentence))
    return problems


def _topic(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> Topic:
    settings = {**defaults.get("settings", {}), **own.get("settings", {})}
    texts = {key: str(value) for key, value in settings.items()}
    return Topic.model_validate({**defaults, **own, "settings": texts})


async def partitions(admin: AIOKafkaAdminClient) -> dict[str, int]:
    """How many partitions every topic of the cluster has, under Kafka's names for them."""
    # Asked for all topics: a broker with auto.create.topics.enable makes those that are asked for by name.
    return {each["topic"]: len(each["partitions"]) for each in await admin.describe_topics()}


def _new(cluster: Cluster, topic: Topic, brokers: int) -> NewTopic:
    replicas = min(topic.replication_factor, brokers)
    settings = dict(topic.settings)
    if "min.insync.replicas" in settings:
        # With as many as replicas, one broker's restart would stop every acknowledgement.
        settings["min.insync.replicas"] = str(min(int(settings["min.insync.replicas"]), max(1, replicas - 1)))
    return NewTopic(cluster.topic(topic.name), topic.partitions, replicas, topic_configs=settings)


async def _create(admin: AIOKafkaAdminClient, topics: Sequence[NewTopic]) -> frozenset[str]:
    if not topics:
        return frozenset()
    answer = await admin.create_topics(list(topics), timeout_ms=CREATE_LIMIT_MS)
    refused = {name: (code, *rest) for name, code, *rest in answer.topic_errors if code}
    # Another process may have been faster, which is just as well.
    raced = {name for name, (code, *_) in refused.items() if code == TopicAlreadyExistsError.errno}
    problems = [f"{name}: {_why(*answer)}" for name, answer in refused.items() if name not in raced]
    if problems:
        raise StartupError("Kafka refuses to make topics: " + "; ".join(problems))
    return frozenset(topic.name for topic in topics) - raced


def _why(code: int, message: str | None = None) -> str:
    return message or for_code(code).__name__


def _made(real_name: str, topic: Topic, found: Mapping[str, int], created: frozenset[str]) -> Made:
    status: Literal["created", "exists"] = "created" if real_name in created else "exists"
    return Made(name=real_name, status=status, partitions=found.get(real_name, topic.partitions))
