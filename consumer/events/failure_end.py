"""The event that ends a failure, as a record of the error topic."""

from __future__ import annotations

from datetime import datetime

from consumer.events import error_parts, headers, summary
from consumer.events.replayed_failure import ReplayedFailure
from consumer.record import Event, Record
from schemas import error_event, error_resolved
from schemas.envelope import Envelope
from schemas.error_resolved import WEBHOOK_TYPE, ErrorResolved, ResolvedCustomer
from schemas.scalar import utc_text

HEADER = "ends-failure"
"""On a result: the failure that its worker ends, so that nobody else does."""


def of_replay(failure: ReplayedFailure, record: Record, event: Envelope, now: datetime) -> Event:
    """The end of a failure whose replay is written."""
    about = summary.of(event)
    resolved = ErrorResolved(
        organization_id=error_parts.short(event.organization_id),
        accounting_provider_customer_error=ResolvedCustomer(
            lago_customer_id=error_parts.shortened(about.lago_customer_id),
            external_customer_id=error_parts.shortened(about.external_customer_id),
            accounting_provider_code=failure.connection,
        ),
        id=error_resolved.event_id(failure.id),
        error_id=failure.id,
        occurred_at=utc_text(now),
        object=error_parts.failed_object(event, about),
        resolved_by="written",
    )
    return of(resolved, error_parts.short(record.lane).encode())


def of(resolved: ErrorResolved, key: bytes) -> Event:
    """The record; `key` is that of the error event, so that it follows it."""
    code = resolved.accounting_provider_customer_error.accounting_provider_code
    return Event(
        topic=error_event.TOPIC,
        key=key,
        value=resolved.model_dump_json().encode(),
        headers=headers.cloud_event(
            event_id=resolved.id,
            event_type=WEBHOOK_TYPE,
            source=f"/lago-netsuite/{code}",
            time=resolved.occurred_at,
        ),
    )
