"""The event of an undeliverable webhook; pure, values only."""

from __future__ import annotations

from datetime import datetime

from consumer.events import headers as event_headers
from consumer.record import Event, Record
from consumer.relay.endpoint import Endpoint
from consumer.relay.message import Message
from schemas import undeliverable
from schemas.result import SourceRef
from schemas.scalar import utc_text
from schemas.undeliverable import Undeliverable

EVENT_TYPE = "webhook.undeliverable"


def event_of(
    record: Record, message: Message, endpoint: Endpoint, *, attempts: int, last_answer: str, now: datetime
) -> Event:
    """The event with webhook, endpoint, number of attempts and last response; a repeat has the same id."""
    place = record.source
    dead = Undeliverable(
        endpoint=endpoint.id,
        connection=endpoint.connection,
        event_id=message.id,
        attempts=attempts,
        last_answer=last_answer,
        given_up_at=utc_text(now),
        source=SourceRef(
            topic=place.topic,
            partition=place.partition,
            offset=place.offset,
            timestamp_ms=record.timestamp_ms,
            key=record.key.decode("utf-8", "replace") if record.key is not None else None,
        ),
    )
    headers = event_headers.published(
        record,
        event_id=message.id,
        event_type=EVENT_TYPE,
        # Another source than that of the error event, which has the same id.
        source=f"/lago-netsuite/{endpoint.connection}/webhooks/{endpoint.id}",
        time=dead.given_up_at,
    )
    value = dead.value(message.body)
    return Event(topic=undeliverable.TOPIC, key=endpoint.id.encode(), value=value, headers=headers)
