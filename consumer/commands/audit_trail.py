"""Reads the actions of people from ``lago.netsuite.audit``, and appends to the chain of a connection."""

from __future__ import annotations

import getpass
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import ValidationError

from consumer.clock import Clock
from consumer.events import headers
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.publisher import Publisher
from consumer.record import Event, Publish
from schemas import audit
from schemas.audit import Act, AuditRecord
from schemas.scalar import utc_text

UNKNOWN_ACTOR = "unknown"


@dataclass(slots=True, kw_only=True)
class AuditTrail:
    """
    The chains of all connections.

    Attributes:
        records: all records, those of one connection in order.
    """

    publish: Publish
    clock: Clock
    records: list[AuditRecord] = field(default_factory=list)

    async def append(
        self, connection: str, act: Act, *, actor: str, reason: str = "", details: Mapping[str, str]
    ) -> AuditRecord:
        """
        Append an action to the chain of its connection.

        Raises:
            ContractError: Kafka did not acknowledge the record.
        """
        own = (each.hash for each in reversed(self.records) if each.connection == connection)
        record = AuditRecord(
            connection=connection,
            act=act,
            actor=_text(actor),
            at=utc_text(self.clock.now()),
            reason=_text(reason),
            details={_text(name): _text(value) for name, value in details.items()},
        ).sealed(next(own, audit.FIRST))
        await self.publish(_event(record))
        self.records.append(record)
        return record


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
    known = await read(cluster)
    producer = cluster.producer()
    await cluster.start(producer)
    try:
        yield AuditTrail(publish=Publisher(producer, cluster).publish, clock=clock, records=known)
    finally:
        await stop(producer)


async def read(cluster: Cluster) -> list[AuditRecord]:
    """
    All audit records of the topic, those of one connection in order; other records are skipped.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the topic.
    """
    found: list[AuditRecord] = []
    async for record in snapshot_reader.history(cluster, audit.TOPIC):
        try:
            found.append(AuditRecord.model_validate_json(record.value or b""))
        except ValidationError:
            continue
    return found


def actor(given: str | None) -> str:
    """The actor: the value of the option, else the user of this process."""
    if given:
        return given
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return UNKNOWN_ACTOR
