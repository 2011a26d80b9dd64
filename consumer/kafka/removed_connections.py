"""
Open records of connections that are no longer in connections.yaml; no worker processes them.

The consumer groups of such connections stay on the cluster, with committed offsets and offset maps. A group
with members belongs to a running worker: an older one during a rollout, or one with another file.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from consumer.engine import offset_map
from consumer.engine.offset_map import OffsetMap
from consumer.errors import StartupError
from consumer.kafka.admin import Admin
from consumer.kafka.cluster import Cluster, stop
from consumer.ops.metrics import Metrics

LOOK_EVERY_S = 300.0
LOOK_LIMIT_S = 30.0
# Groups of the relay, for endpoints and for links in Lago, have the same prefix as those of connections.
RELAY = ("relay.", "links.")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """
    The consumer group of one removed connection.

    Attributes:
        code: of the removed connection.
        group: its consumer group.
        unsettled: parked records: polled, but neither written nor rejected.
        unread: records after its position, of which some may have belonged to it.
    """

    code: str
    group: str
    unsettled: int
    unread: int

    def __str__(self) -> str:
        return (
            f"connection {self.code} is not in connections.yaml any more, and its group {self.group} leaves "
            f"{self.unsettled} records that waited and {self.unread} that it had not read"
        )


async def find(
    cluster: Cluster, *, group: str, codes: Collection[str], topics: Sequence[str]
) -> tuple[LeftBehind, ...]:
    """
    The removed connections with open records, by code.

    Args:
        cluster: the Kafka cluster.
        group: the deployment's group; a connection's is ``<group>.<code>``.
        codes: of all connections of the file.
        topics: the input topics, without prefix.

    Raises:
        StartupError: Kafka cannot be reached, or refuses a request.
    """
    names = {cluster.topic(name) for name in topics}
    async with cluster.asked() as admin:
        removed = await _removed(admin, group, codes)
        positions = {name: await _positions(admin, name, names) for name in removed}
    ends = await _ends(cluster, {tp for held in positions.values() for tp in held})
    found = (_left(removed[name], name, held, ends) for name, held in positions.items())
    return tuple(sorted((one for one in found if one.unsettled or one.unread), key=lambda one: one.code))


@asynccontextmanager
async def watched(
    cluster: Cluster, metrics: Metrics, *, group: str, codes: Collection[str], topics: Sequence[str]
) -> AsyncIterator[None]:
    """While the block runs, check every `LOOK_EVERY_S`: one warning per connection, and a metric."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(_watch(cluster, metrics, group, codes, topics))
        try:
            yield
        finally:
            task.cancel()


async def _watch(
    cluster: Cluster, metrics: Metrics, group: str, codes: Collection[str], topics: Sequence[str]
) -> None:
    said: set[str] = set()
    while True:
        try:
            async with asyncio.timeout(LOOK_LIMIT_S):
                found = await find(cluster, group=group, codes=codes, topics=topics)
        except (StartupError, KafkaError, TimeoutError, AttributeError) as error:
            # AttributeError: aiokafka's client raises it when a coordinator responds with an error code.
            log.warning("removed_connections_unknown", error=str(error) or type(error).__name__)
        else:
            metrics.removed_connections({one.code: (one.unsettled, one.unread) for one in found})
            for one in found:
                if one.code not in said:
                    said.add(one.code)
                    log.warning(
                        "removed_connection_left_records",
                        connection=one.code,
                        group=one.group,
                        unsettled=one.unsettled,
                        unread=one.unread,
                    )
        await asyncio.sleep(LOOK_EVERY_S)


async def _removed(admin: Admin, group: str, codes: Collection[str]) -> dict[str, str]:
    """The codes of removed connections by group, for groups without members."""
    prefix = f"{group}."
    listed = (
        name.removeprefix(prefix)
        for name, *_ in await admin.list_consumer_groups()
        if name.startswith(prefix)
    )
    candidates = {prefix + code: code for code in listed if code not in codes and not code.startswith(RELAY)}
    if not candidates:
        return {}
    answers = await admin.describe_consumer_groups(list(candidates))
    described = (each for answer in answers for each in answer.to_object()["groups"])
    return {each["group"]: candidates[each["group"]] for each in described if not each["members"]}


async def _positions(
    admin: Admin, group: str, topics: Collection[str]
) -> Mapping[TopicPartition, OffsetAndMetadata]:
    found = await admin.list_consumer_group_offsets(group)
    return {tp: at for tp, at in found.items() if tp.topic in topics and at.offset >= 0}


async def _ends(cluster: Cluster, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
    if not partitions:
        return {}
    reader = cluster.reader()
    await cluster.start(reader)
    try:
        async with asyncio.timeout(LOOK_LIMIT_S):
            ends: Mapping[TopicPartition, int] = await reader.end_offsets(list(partitions))
        return ends
    finally:
        await stop(reader)


def _left(
    code: str,
    group: str,
    held: Mapping[TopicPartition, OffsetAndMetadata],
    ends: Mapping[TopicPartition, int],
) -> LeftBehind:
    unsettled = unread = 0
    for tp, at in held.items():
        known = offset_map.decode(at.metadata or "", at.offset)
        done_to, waiting = (known.end, len(known.open)) if isinstance(known, OffsetMap) else (at.offset, 0)
        unsettled += waiting
        unread += max(0, ends[tp] - done_to)
    return LeftBehind(code=code, group=group, unsettled=unsettled, unread=unread)
