"""
What is published of a record, whatever goes wrong while that is made: in the worst case from its coordinates.

The last resort uses nothing of the event but its bytes, and nothing of the code that has just failed.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

import structlog

from consumer import errors
from consumer.events.error_parts import MAX_TEXT_CHARS
from consumer.events.outgoing import MAX_ORIGINAL_BYTES, Attempt, OutgoingEvents
from consumer.mapping.result import Action
from consumer.outcome import Confirmed, Rejected, Written, internal_error
from consumer.record import Event, Record
from schemas import error_event
from schemas.envelope import Envelope, Undecodable
from schemas.scalar import utc_text

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainedOutgoingEvents:
    """Outgoing events of which nothing is raised."""

    outgoing: OutgoingEvents

    def results(
        self,
        record: Record,
        event: Envelope,
        outcome: Confirmed,
        attempt: Attempt,
        action: Action | None = None,
    ) -> tuple[Event, ...] | Rejected:
        """Those of `OutgoingEvents`; or the end of a record that has none, though it was written."""
        try:
            return tuple(self.outgoing.results(record, event, outcome.written, attempt, action))
        except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
            self._log("result", record, error)
            doing = f"after NetSuite had taken the event: {_listed(outcome.written)}"
            return internal_error(errors.name_of(error), doing, netsuite=_listed(outcome.written))

    def failure(
        self, record: Record, event: Envelope | Undecodable, rejected: Rejected, attempt: Attempt
    ) -> tuple[Event, Rejected]:
        """That of `OutgoingEvents`, and what the record was refused for, which may be that there is none."""
        try:
            return self.outgoing.failure(record, event, rejected, attempt), rejected
        except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
            self._log("error event", record, error)
            return self._from_coordinates(record, rejected, attempt, errors.name_of(error))

    def _from_coordinates(
        self, record: Record, rejected: Rejected, attempt: Attempt, error_name: str
    ) -> tuple[Event, Rejected]:
        doing = f"while it made the error event of {rejected.code}: {rejected.message}"
        ended = internal_error(error_name, doing, refused_for=rejected.code)
        return _minimal(record, ended, attempt, self.outgoing.connection.code), ended

    def _log(self, what: str, record: Record, error: BaseException) -> None:
        if not errors.is_defect(error):
            raise error
        log.error(
            "event_not_made",
            what=what,
            connection=self.outgoing.connection.code,
            source=str(record.source),
            error=errors.name_of(error),
            at=errors.frames_of(error),
        )


def _listed(written: tuple[Written, ...]) -> str:
    return ", ".join(f"{each.object} {each.lago_id} is {each.internal_id}" for each in written)


def _minimal(record: Record, rejected: Rejected, attempt: Attempt, connection: str) -> Event:
    """The members that `schemas.error_event.ErrorEvent` demands, without asking it."""
    place = record.source
    event_id = error_event.event_id(connection, place.topic, place.partition, place.offset)
    body = {
        "webhook_type": error_event.WEBHOOK_TYPE,
        "object_type": "accounting_provider_customer_error",
        "organization_id": None,
        "accounting_provider_customer_error": _customer(rejected, connection),
        "id": event_id,
        "occurred_at": utc_text(attempt.now),
        "event": None,
        "object": None,
        "hint": rejected.hint,
        "details": {name: text[:MAX_TEXT_CHARS] for name, text in rejected.details.items()},
        "retryable": True,
        "attempts": attempt.number,
        "first_failed_at": utc_text(attempt.first_at),
        "source": _source(record),
        "original": _bytes(record.value or b""),
        "trace_id": None,
    }
    return Event(
        topic=error_event.TOPIC,
        key=record.lane[:MAX_TEXT_CHARS].encode("utf-8", "replace"),
        value=json.dumps(body).encode(),
        headers=_headers(record, rejected, attempt, connection, event_id),
    )


def _customer(rejected: Rejected, connection: str) -> dict[str, object]:
    message = rejected.message[: error_event.MAX_MESSAGE_CHARS]
    return {
        "lago_customer_id": None,
        "external_customer_id": None,
        "accounting_provider": "netsuite",
        "accounting_provider_code": connection,
        "provider_error": {"message": message, "error_code": rejected.code},
    }


def _source(record: Record) -> dict[str, str | int | None]:
    return {
        "topic": record.source.topic,
        "partition": record.source.partition,
        "offset": record.source.offset,
        "timestamp_ms": record.timestamp_ms,
        "key": None if record.key is None else record.key.decode("utf-8", "replace")[:MAX_TEXT_CHARS],
    }


def _headers(
    record: Record, rejected: Rejected, attempt: Attempt, connection: str, event_id: str
) -> tuple[tuple[str, bytes], ...]:
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event_id,
        "ce_type": error_event.WEBHOOK_TYPE,
        "ce_source": f"/lago-netsuite/{connection}",
        "ce_time": utc_text(attempt.now),
        "content-type": "application/json",
        "source-topic": record.source.topic,
        "source-partition": str(record.source.partition),
        "source-offset": str(record.source.offset),
        "error-code": rejected.code,
    }
    return tuple((name, text.encode()) for name, text in headers.items())


def _bytes(value: bytes) -> dict[str, str | int]:
    if len(value) > MAX_ORIGINAL_BYTES:
        return {"omitted_bytes": len(value)}
    return {"base64": base64.b64encode(value).decode()}
