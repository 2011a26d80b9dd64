"""Reads the actions of people from ``lago.netsuite.audit``, and appends to the chain of a connection."""

from __future__ import annotations

import asyncio
import getpass
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import ValidationError

from consumer.clock import Clock
from consumer.errors import ContractError
from consumer.events import headers
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.publisher import Publisher
from consumer.kafka.shared_topic import SharedTopic
from consumer.record import Event, Publish, Record
from schemas import audit
from schemas.audit import Act, AuditRecord, Chain
from schemas.scalar import utc_text

UNKNOWN_ACTOR = "unknown"
MOST_TRIES = 50
FIRST_PAUSE_S = 0.02
LONGEST_PAUSE_S = 1.0

Put = Callable[[Event], Awaitable[Sequence[AuditRecord]]]
"""Publishes an audit record; returns the records that others have put before it since the last one."""


@dataclass(slots=True, kw_only=True)
class AuditTrail:
    """
    The chains of all connections.

    Attributes:
        records: the acts, those of one connection in order.
        put: publishes an audit record; None where nobody else writes to the topic.
    """

    publish: Publish
    clock: Clock
    records: list[AuditRecord] = field(default_factory=list)
    put: Put | None = None
    _chains: dict[str, Chain] = field(default_factory=lambda: defaultdict(Chain))
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """Find the end of each chain."""
        for record in self.records:
            self._chains[record.connection].note(record)
        self.records = audit.acts(self.records)

    async def append(
        self, connection: str, act: Act, *, actor: str, reason: str = "", details: Mapping[str, str]
    ) -> AuditRecord:
        """
        Append an action to the chain of its connection, behind what others append at the same moment.

        Raises:
            ContractError: Kafka did not acknowledge the record, or others were always faster.
            StartupError: Kafka does not say what others have appended.
        """
        bare = AuditRecord(
            connection=connection,
            act=act,
            actor=_text(actor),
            at=utc_text(self.clock.now()),
            reason=_text(reason),
            details={_text(name): _text(value) for name, value in details.items()},
        )
        async with self._one_at_a_time:
            return await self._append(bare)

    async def _append(self, bare: AuditRecord) -> AuditRecord:
        for number in range(MOST_TRIES):
            record = bare.sealed(self._chains[bare.connection].head)
            if await self._is_in_chain(record):
                return record
            # Whoever was overtaken often waits longer, by a random time, so that one of them gets through.
            await asyncio.sleep(random.uniform(0, min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**number)))  # noqa: S311
        raise ContractError(
            f"connection {bare.connection}: others put acts on the audit record faster, {MOST_TRIES} times"
        )

    async def _is_in_chain(self, record: AuditRecord) -> bool:
        """Publish a record; False when others have appended one before it."""
        event = _event(record)
        others = await self.put(event) if self.put else await self._put_alone(event)
        for other in others:
            self._note(other)
        return self._note(record)

    async def _put_alone(self, event: Event) -> Sequence[AuditRecord]:
        await self.publish(event)
        return ()

    def _note(self, record: AuditRecord) -> bool:
        is_overtaken = self._chains[record.connection].note(record) == "overtaken"
        if not is_overtaken:
            self.records.append(record)
        return not is_overtaken


def _text(value: str) -> str:
    # Arguments may be any bytes, and Lago's texts may hold half of a surrogate pair: no record can.
    return value.encode(errors="backslashreplace").decode()


def _event(record: AuditRecord) -> Event:
    return Event(
        topic=audit.TOPIC,
        key=record.connection.encode(),
        value=record.model_dump_json().encode(),
        headers=headers.cloud_event(
            event_id=record.hash,
            event_type="netsuite.audit",
            source=f"/lago-netsuite/{record.connection}",
            time=record.at,
        ),
    )


@asynccontextmanager
async def opened(cluster: Cluster, clock: Clock) -> AsyncIterator[AuditTrail]:
    """
    The present trail, with a producer that is closed at the end of the block.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the topic.
    """
    found = [each async for each in snapshot_reader.history(cluster, audit.TOPIC)]
    producer = cluster.producer()
    await cluster.start(producer)
    try:
        publisher = Publisher(producer, cluster)
        topic = SharedTopic(cluster, publisher, found)

        async def put(event: Event) -> list[AuditRecord]:
            return list(of(await topic.put(event)))

        yield AuditTrail(publish=publisher.publish, clock=clock, records=list(of(found)), put=put)
    finally:
        await stop(producer)


async def read(cluster: Cluster) -> list[AuditRecord]:
    """
    All audit records of the topic, those of one connection in order; other records are skipped.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the topic.
    """
    return list(of([record async for record in snapshot_reader.history(cluster, audit.TOPIC)]))


def of(records: Iterable[Record]) -> Iterator[AuditRecord]:
    """The audit records among these."""
    for record in records:
        try:
            yield AuditRecord.model_validate_json(record.value or b"")
        except ValidationError:
            continue


def actor(given: str | None) -> str:
    """The actor: the value of the option, else the user of this process."""
    if given:
        return given
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return UNKNOWN_ACTOR
