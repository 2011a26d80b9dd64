"""The outgoing events of a settled record: results, or an error event; pure, values only."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from consumer.config.connection import Connection
from consumer.events import document_names, error_parts, failure_end, headers, replayed_failure, summary
from consumer.mapping import identity
from consumer.mapping.result import Action
from consumer.outcome import Rejected, Written
from consumer.record import Event, Record
from schemas import envelope, error_event, result, wire
from schemas.envelope import Envelope, Undecodable
from schemas.error_event import CustomerError, ErrorEvent, ProviderError
from schemas.scalar import utc_text

# Kafka refuses records above 1 MiB by default; a larger original is found by its position.
MAX_ORIGINAL_BYTES = 700_000

_encode = msgspec.json.Encoder().encode
_ORIGINAL_PLACEHOLDER = '"original":null'


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """
    The delivery of a record at one connection.

    Attributes:
        number: of this attempt, from 1.
        first_at: when the first attempt began.
        now: the time of the outcome.
        call_ms: duration of the last call to NetSuite, in milliseconds.
    """

    number: int
    first_at: datetime
    now: datetime
    call_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingEvents:
    """The outgoing events of one connection."""

    connection: Connection
    mapping_version: str = field(default="")

    @classmethod
    def of(cls, connection: Connection) -> OutgoingEvents:
        """The outgoing events of a connection; its mapping version is a hash of the rules."""
        rules = connection.mapping.model_dump(mode="json")
        digest = identity.fingerprint(rules).removeprefix("sha256:")
        return cls(connection=connection, mapping_version=digest[:12])

    def results(
        self,
        record: Record,
        event: Envelope,
        written: tuple[Written, ...],
        attempt: Attempt,
        action: Action | None = None,
    ) -> Iterator[Event]:
        """
        A result for every written NetSuite record; the document's own has the task for a person.

        A replay ends its failure by an event of its own.
        """
        before = replayed_failure.of(record, self.connection.code)
        ends = ((failure_end.HEADER, before.id.encode()),) if before else ()
        for each in written:
            outcome = self._result(record, event, each, attempt)
            if action is not None and each.object == event.object_type:
                outcome |= {"action_needed": action.needed, "action_amount": action.amount}
            key = result.key_of(self.connection.code, each.object, each.lago_id)
            yield Event(
                topic=result.TOPIC,
                key=key.encode(),
                value=_encode(outcome),
                headers=_headers(
                    record, attempt.now,
                    event_id=error_event.event_id(key, *_place(record)),
                    event_type="netsuite.record.written",
                    connection=self.connection.code,
                ) + ends,
            )  # fmt: skip
        if before is not None:
            yield failure_end.of_replay(before, record, event, attempt.now)

    def failure(
        self, record: Record, event: Envelope | Undecodable, rejected: Rejected, attempt: Attempt
    ) -> Event:
        """The error event of a rejection; every repeat of the record, and every replay, has the same id."""
        failed = self._error_event(record, event, rejected, attempt)
        value = failed.model_dump_json().replace(_ORIGINAL_PLACEHOLDER, '"original":' + _original(record), 1)
        headers = _headers(
            record, attempt.now,
            event_id=failed.id, event_type=error_event.WEBHOOK_TYPE, connection=self.connection.code,
        )  # fmt: skip
        code = (("error-code", rejected.code.encode()),)
        return Event(
            topic=error_event.TOPIC,
            key=error_parts.short(record.lane).encode(),
            value=value.encode(),
            headers=headers + code,
        )

    def _result(self, record: Record, event: Envelope, written: Written, attempt: Attempt) -> dict[str, Any]:
        """
        The members of a `schemas.result.Result`, in its order.

        Made for nearly every record, of values that have been checked: the model would check them once more.
        """
        known = summary.of(event)
        number = known.external_customer_id if written.object == "customer" else known.number
        return {
            "connection": self.connection.code,
            "object": written.object,
            "lago_id": written.lago_id,
            "lago_number": error_parts.shortened(number),
            "event": event.webhook_type,
            "status": written.status,
            "netsuite_type": written.netsuite_type,
            "internal_id": written.internal_id,
            "external_id": written.external_id,
            "netsuite_number": written.number,
            "url": written.url,
            "currency": error_parts.shortened(known.currency) if written.totals else None,
            "totals": written.totals,
            "warnings": written.warnings,
            "action_needed": None,
            "action_amount": None,
            "mapping_version": self.mapping_version,
            "attempts": attempt.number,
            "written_at": attempt.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "timings": {
                "latency_ms": round(attempt.now.timestamp() * 1000 - record.timestamp_ms, 3),
                "call_ms": round(attempt.call_ms, 3),
            },
            "source": error_parts.source_members(record),
            "trace_id": headers.trace_id(record),
        }

    def _error_event(
        self, record: Record, event: Envelope | Undecodable, rejected: Rejected, attempt: Attempt
    ) -> ErrorEvent:
        known = event if isinstance(event, Envelope) else None
        about = summary.of(known) if known else None
        before = replayed_failure.of(record, self.connection.code)
        return ErrorEvent(
            organization_id=error_parts.short(known.organization_id) if known else None,
            accounting_provider_customer_error=CustomerError(
                lago_customer_id=error_parts.shortened(about.lago_customer_id) if about else None,
                external_customer_id=error_parts.shortened(about.external_customer_id) if about else None,
                accounting_provider_code=self.connection.code,
                provider_error=ProviderError(
                    message=_message(known, rejected)[: error_event.MAX_MESSAGE_CHARS],
                    error_code=rejected.code,
                ),
            ),
            id=before.id if before else error_event.event_id(self.connection.code, *_place(record)),
            occurred_at=utc_text(attempt.now),
            event=error_parts.short(known.webhook_type) if known else None,
            object=error_parts.failed_object(known, about) if known and about else None,
            hint=error_parts.short(
                document_names.without_ids(rejected.hint, known) if known else rejected.hint
            ),
            details={name: error_parts.short(text) for name, text in rejected.details.items()},
            gaps=tuple(error_parts.gap(each, known) for each in rejected.gaps[: error_event.MAX_GAPS]),
            retryable=known is not None,
            attempts=attempt.number + (before.attempts if before else 0),
            first_failed_at=before.first_failed_at if before else utc_text(attempt.first_at),
            source=error_parts.source(record),
            original=None,
            trace_id=headers.trace_id(record),
        )


def _message(event: Envelope | None, rejected: Rejected) -> str:
    """The error as a sentence that begins with its document; with numbers instead of ids where known."""
    if event is None:
        return rejected.message
    return document_names.sentence(rejected.message, event, rejected.details.get("date"))


def _place(record: Record) -> tuple[str, int, int]:
    return record.source.topic, record.source.partition, record.source.offset


def _original(record: Record) -> str:
    # The event is inserted as its own text: numbers keep their digits, and escapes stay.
    value = record.value or b""
    if len(value) > MAX_ORIGINAL_BYTES:
        return wire.canonical({"omitted_bytes": len(value)}).decode()
    try:
        text = envelope.without_frame(value).decode("utf-8")
        parsed = wire.loads(text)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict):
        return text.strip()
    return wire.canonical({"base64": base64.b64encode(value).decode()}).decode()


def _headers(
    record: Record, now: datetime, *, event_id: str, event_type: str, connection: str
) -> headers.Headers:
    source = f"/lago-netsuite/{connection}"
    return headers.published(
        record, event_id=event_id, event_type=event_type, source=source, time=utc_text(now)
    )
