"""What a parked record waits for, as the record on ``lago.netsuite.waiting``; pure, values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consumer.events import document_names, error_parts, headers, summary
from consumer.outcome import Ambiguous, Rejected, Unavailable, Unsettled, Waiting
from consumer.record import Event, Record
from schemas import envelope, waiting
from schemas.envelope import Envelope
from schemas.scalar import utc_text
from schemas.waiting import Kind, WaitingRecord

DEPENDENCY_MISSING = "dependency_missing"
PARKED_TOO_LONG = "parked_too_long"
INTERNAL_ERROR = "internal_error"
_KIND = "kind:"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitCause:
    """
    What the engine knows of why a record waits.

    Attributes:
        outcome: of its last delivery; None when our code failed, and before the first one.
        awaited: the lane or the kind of document that ends the wait; None without one.
        refusal: what the error event will be when the wait of a ``hold`` or a ``kind`` ends in vain.
    """

    kind: Kind
    outcome: Unsettled | None = None
    awaited: str | None = None
    refusal: Rejected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """
    A wait of one record.

    Attributes:
        attempts: how often it was delivered.
    """

    cause: WaitCause
    attempts: int = 0
    since: datetime
    next_try: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Code, thing and sentence of a wait; the texts may have external ids."""

    code: str
    waits_for: str
    sentence: str


def of(connection: str, record: Record, wait: Wait, now: datetime) -> WaitingRecord:
    """The waiting record of a wait; documents are named by Lago's numbers where the event has them."""
    event = envelope.decode(record.value)
    known = event if isinstance(event, Envelope) else None
    date = _date(known, wait.cause.refusal)
    reason = reason_of(wait.cause)
    return WaitingRecord(
        connection=connection,
        event=error_parts.short(known.webhook_type) if known else None,
        kind=wait.cause.kind,
        code=reason.code,
        waits_for=error_parts.short(_named(reason.waits_for, known)),
        reason=error_parts.short(_sentence(reason.sentence, known, date)),
        since=utc_text(wait.since),
        next_try=utc_text(wait.next_try) or None,
        until=utc_text(wait.until) or None,
        attempts=wait.attempts,
        as_of=utc_text(now),
        source=error_parts.source(record),
        date=date,
        **_document(known),
    )


def reason_of(cause: WaitCause) -> Reason:
    """Why it waits: the last answer about this record, else the one about what it needs."""
    match cause:
        case WaitCause(kind="hold" | "kind", refusal=Rejected() as refusal):
            return Reason(code=refusal.code, waits_for=_held_for(cause, refusal), sentence=refusal.message)
        case WaitCause(kind="dependency", outcome=Waiting(on=on, message=message)):
            sentence = message or f"{on} is not in NetSuite"
            return Reason(code=DEPENDENCY_MISSING, waits_for=on, sentence=sentence)
        case WaitCause(kind="record", outcome=Unavailable(reason=reason) | Ambiguous(reason=reason)):
            return Reason(code=PARKED_TOO_LONG, waits_for="another try", sentence=reason)
        case WaitCause(kind="record"):
            sentence = "the worker failed while it carried this event"
            return Reason(code=INTERNAL_ERROR, waits_for="another try", sentence=sentence)
        case _:
            return _behind(cause)


def event_of(waits: WaitingRecord, record: Record, now: datetime) -> Event:
    """The record to publish."""
    source = f"/lago-netsuite/{waits.connection}"
    return Event(
        topic=waiting.TOPIC,
        key=waits.key.encode(),
        value=waits.model_dump_json().encode(),
        headers=headers.published(
            record, event_id=waits.key, event_type=waiting.EVENT_TYPE, source=source, time=utc_text(now)
        ),
    )


def end_of(key: str) -> Event:
    """The tombstone of a record that waits no longer."""
    return Event(topic=waiting.TOPIC, key=key.encode(), value=None)


def _held_for(cause: WaitCause, refusal: Rejected) -> str:
    if isinstance(cause.outcome, Waiting):
        period = refusal.details.get("period")
        return f"{cause.outcome.on} {period}" if period else cause.outcome.on
    return f"permission for {refusal.details.get('kind', 'this kind of document')}"


def _behind(cause: WaitCause) -> Reason:
    """A wait for another lane, of which no answer of NetSuite is known here."""
    awaited = cause.awaited or ""
    if awaited.startswith(_KIND):
        kind = awaited.removeprefix(_KIND).replace("_", " ")
        sentence = f"NetSuite refuses every {kind} at present"
        return Reason(code=DEPENDENCY_MISSING, waits_for=f"permission for {kind}", sentence=sentence)
    thing = document_names.external_id(awaited) or "an earlier event"
    state = "is not settled yet" if cause.kind == "predecessor" else "is not in NetSuite"
    return Reason(code=DEPENDENCY_MISSING, waits_for=thing, sentence=f"{thing} {state}")


def _named(text: str, event: Envelope | None) -> str:
    named = document_names.without_ids(text, event) if event else text
    return document_names.spelled_out(named)


def _sentence(text: str, event: Envelope | None, date: str | None) -> str:
    said = document_names.sentence(text, event, date) if event else text
    return document_names.spelled_out(said)


def _date(event: Envelope | None, refusal: Rejected | None) -> str | None:
    found = refusal.details.get("date") if refusal else None
    own = event.object.get("issuing_date") if event else None
    return error_parts.shortened(found or (own if isinstance(own, str) else None))


def _document(event: Envelope | None) -> Mapping[str, Any]:
    """The members about the document and its customer."""
    if event is None:
        return {"object": None, "lago_id": None}
    about = summary.of(event)
    document = error_parts.failed_object(event, about)
    return {
        "object": document.type,
        "lago_id": document.lago_id,
        "number": document.number,
        "amount": document.amount,
        "currency": document.currency,
        "lago_customer_id": error_parts.shortened(about.lago_customer_id),
        "external_customer_id": error_parts.shortened(about.external_customer_id),
    }
