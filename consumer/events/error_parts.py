"""The parts of error events that are made of an event or a rejection, each within its limit."""

from __future__ import annotations

from typing import Any

from consumer.events import document_names, summary
from consumer.events.summary import ObjectSummary
from consumer.mapping import money
from consumer.outcome import Gap
from consumer.record import Record
from schemas import error_event
from schemas.envelope import Envelope
from schemas.error_event import FailedObject
from schemas.result import SourceRef

# Lago's own texts have at most 255 characters; a faulty producer must not make an error event too large.
MAX_TEXT_CHARS = 1_000


def failed_object(event: Envelope, about: ObjectSummary) -> FailedObject:
    """The document of an event, with its amount in units of the currency."""
    cents, currency = about.cents, about.currency
    amount = None if cents is None or currency is None else money.major(cents, currency)
    return FailedObject(
        type=short(event.object_type),
        lago_id=short(event.object_id),
        number=shortened(about.number),
        amount=shortened(amount),
        currency=shortened(currency),
    )


def gap(one: Gap, event: Envelope | None) -> error_event.Gap:
    """The gap without the document, which the error event names beside it."""
    said = one.message
    if event is not None:
        number = summary.of(event).number
        said = document_names.without_ids(said, event)
        said = document_names.without_subject(said, event.object_type, number)
    limit = error_event.MAX_GAP_CHARS
    hint = document_names.without_ids(one.hint, event) if event else one.hint
    return error_event.Gap(code=one.code, key=one.key[:limit], message=said[:limit], hint=hint[:limit])


def source(record: Record) -> SourceRef:
    """The position of the event, with its key."""
    return SourceRef(**source_members(record))


def source_members(record: Record) -> dict[str, Any]:
    """The members of `source`."""
    return {
        "topic": record.source.topic,
        "partition": record.source.partition,
        "offset": record.source.offset,
        "timestamp_ms": record.timestamp_ms,
        "key": short(record.key.decode("utf-8", "replace")) if record.key is not None else None,
    }


def shortened(text: str | None) -> str | None:
    """As `short`; None stays None."""
    return None if text is None else short(text)


def short(text: str) -> str:
    """The text, cut with an ellipsis where it has more than `MAX_TEXT_CHARS`."""
    return text if len(text) <= MAX_TEXT_CHARS else f"{text[:MAX_TEXT_CHARS]}…"
