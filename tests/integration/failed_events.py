"""Events that have failed, as the worker leaves them: on their topic, and as error events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from aiokafka import TopicPartition

from consumer.clock import SystemClock
from consumer.events.outgoing import Attempt, OutgoingEvents
from consumer.failures import end
from consumer.kafka import republisher, snapshot_reader
from consumer.kafka.republisher import Copy
from consumer.outcome import Rejected, Written
from consumer.record import Event, LaneKey, Record, Source
from schemas import envelope, error_event
from schemas.error_event import event_id
from schemas.error_resolved import ErrorResolved
from tests.integration.worker_under_test import TOPIC, Stage
from tests.support import lago
from tests.support.connection_files import connection

BATCH = 500
CUSTOMERS = 20
MODEL_PLACE = Source(topic="model", partition=0, offset=0)
CONNECTION = "netsuite-eu"
MODEL_ID = b"the-id-of-a-model"
MODEL_NUMBER = b"the-number-of-a-model"


def failed(
    event: bytes,
    place: Source,
    *,
    error_code: str = "invalid_mapping",
    message: str = "no item",
    **changes: Any,
):
    """The event to publish about a record that was rejected."""
    now = SystemClock().now()
    record = Record(
        source=place,
        timestamp_ms=int(now.timestamp() * 1_000),
        key=b"org:customer",
        value=event,
        lane=LaneKey(f"invoice:{place.offset}"),
    )
    rejected = Rejected(code=error_code, message=message, hint="mend it")
    return _reporter(**changes).failure(
        record, envelope.decode(event), rejected, Attempt(number=1, first_at=now, now=now)
    )


def failed_again(record: Record) -> Event:
    """The event to publish about a replay that was rejected, too."""
    now = SystemClock().now()
    rejected = Rejected(code="invalid_mapping", message="no item", hint="mend it")
    return _reporter().failure(
        record, envelope.decode(record.value), rejected, Attempt(number=1, first_at=now, now=now)
    )


def written(record: Record) -> list[Event]:
    """The events to publish about an invoice that is in NetSuite now."""
    now, event = SystemClock().now(), envelope.decode(record.value)
    assert isinstance(event, envelope.Envelope)
    made = Written(
        object="invoice",
        lago_id=event.object_id,
        netsuite_type="invoice",
        internal_id="1",
        external_id=f"lago-inv-{event.object_id}",
        status="created",
    )
    return list(_reporter().results(record, event, (made,), Attempt(number=1, first_at=now, now=now)))


@cache
def _reporter(**changes: Any) -> OutgoingEvents:
    return OutgoingEvents.of(connection(**changes))


def invoices(prefix: str, count: int) -> list[bytes]:
    """Invoices of a few customers in turn."""
    models = [_model(prefix, number) for number in range(min(count, CUSTOMERS))]
    return [
        models[n % CUSTOMERS]
        .replace(MODEL_ID, lago.id_of(prefix, n).encode())
        .replace(MODEL_NUMBER, f"F-{n}".encode())
        for n in range(count)
    ]


def _model(prefix: str, number: int) -> bytes:
    customer = lago.customer(
        lago_id=lago.id_of(prefix, "customer", number), external_id=f"c-{number}", currency="EUR"
    )
    return lago.invoice_event(lago_id=MODEL_ID.decode(), number=MODEL_NUMBER.decode(), customer=customer)


@cache
def _error(event: bytes, code: str) -> Event:
    """A model: making ten thousand of them one by one would take longer than what is tested."""
    return failed(event, MODEL_PLACE, error_code=code, message=f"an invoice fails with {code}")


def _with(model: bytes, place: Source, error_id: str, event: dict[str, Any]) -> bytes:
    error = json.loads(model)
    error["id"], error["original"] = error_id, event
    error["object"]["lago_id"] = event["invoice"]["lago_id"]
    error["source"] |= {"topic": place.topic, "partition": place.partition, "offset": place.offset}
    return json.dumps(error).encode()


async def park(
    on_kafka: Stage, events: Sequence[bytes], codes: Sequence[str], *, partitions: int = 12
) -> dict[str, str]:
    """Put events on their topic and an error event about each; gives code by error id."""
    name = on_kafka.cluster.topic(TOPIC)
    told: dict[str, str] = {}
    producer = on_kafka.cluster.producer()
    await producer.start()
    try:
        for begin in range(0, len(events), BATCH):
            chunk = events[begin : begin + BATCH]
            sent = [
                await producer.send(
                    name,
                    value=event,
                    key=b"org:customer",
                    partition=(begin + n) % partitions,
                    headers=[("x-lago", b"1")],
                )
                for n, event in enumerate(chunk)
            ]
            kept = await asyncio.gather(*sent)
            errors = []
            for n, (event, at) in enumerate(zip(chunk, kept, strict=True)):
                number = begin + n
                error = _error(events[number % CUSTOMERS], codes[number % len(codes)])
                place = Source(topic=at.topic, partition=at.partition, offset=at.offset)
                error_id = event_id(CONNECTION, place.topic, place.partition, place.offset)
                told[error_id] = codes[number % len(codes)]
                value = _with(error.value, place, error_id, json.loads(event))
                errors.append(
                    await producer.send(on_kafka.cluster.topic(error.topic), value=value, key=error.key)
                )
            await asyncio.gather(*errors)
    finally:
        await producer.stop()
    return told


async def park_as_they_are(on_kafka: Stage, events: Sequence[bytes]) -> list[str]:
    """Put events of any size on their topic, each with the error event that a worker makes; their ids."""
    async with republisher.opened(on_kafka.cluster) as way:
        topic = on_kafka.cluster.topic(TOPIC)
        places = await way.put([Copy(topic=topic, partition=0, key=b"k", value=event) for event in events])
    errors = [failed(event, place) for event, place in zip(events, places, strict=True)]
    for error in errors:
        await on_kafka.publisher.publish(error)
    return [dict(error.headers)["ce_id"].decode() for error in errors]


async def replays(on_kafka: Stage) -> list[Record]:
    """What lies on the events' topic for the second time."""
    return [
        record
        async for record in snapshot_reader.history(on_kafka.cluster, TOPIC)
        if record.header("replay-of") is not None
    ]


async def ends(on_kafka: Stage) -> list[ErrorResolved]:
    """The events that end failures."""
    records = snapshot_reader.history(on_kafka.cluster, error_event.TOPIC)
    return [found async for record in records if (found := end.read(record)) is not None]


async def put_again(on_kafka: Stage, records: Sequence[Record]) -> None:
    """Put copies of records behind them, as a replay does that is killed before it has marked them."""
    copies = [
        Copy(
            topic=record.source.topic,
            partition=record.source.partition,
            key=record.key,
            value=record.value,
            headers=record.headers,
        )
        for record in records
    ]
    async with republisher.opened(on_kafka.cluster) as way:
        await way.put(copies)


async def pass_over(on_kafka: Stage, group: str, *, before: str) -> None:
    """Let a connection's group stand where it would, had a worker settled all that lacks that header."""
    first: dict[TopicPartition, int] = {}
    async for record in snapshot_reader.history(on_kafka.cluster, TOPIC):
        if record.header(before) is not None:
            place = TopicPartition(record.source.topic, record.source.partition)
            first[place] = min(record.source.offset, first.get(place, record.source.offset))
    consumer = on_kafka.cluster.consumer(group=f"{group}.{CONNECTION}")
    await consumer.start()
    try:
        consumer.assign(list(first))
        await consumer.commit(first)
    finally:
        await consumer.stop()
