"""The event that ends a failure: made of the failure, and read back from the error topic."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from consumer.failures.failure import Failure
from consumer.record import Record
from schemas import error_resolved
from schemas.error_event import FailedObject
from schemas.error_resolved import ErrorResolved, ResolvedCustomer
from schemas.scalar import utc_text


def of(
    failure: Failure, *, resolved_by: Literal["written", "closed"], at: datetime, reason: str = ""
) -> ErrorResolved:
    """The event that a failure ends with."""
    about = FailedObject(
        type=failure.object,
        lago_id=failure.object_id,
        number=failure.number,
        amount=None if failure.amount is None else f"{failure.amount:f}",
        currency=failure.currency,
    )
    external = (each for each in sorted(failure.customers) if each != failure.customer_id)
    return ErrorResolved(
        organization_id=failure.organization_id,
        accounting_provider_customer_error=ResolvedCustomer(
            lago_customer_id=failure.customer_id or None,
            external_customer_id=next(external, None),
            accounting_provider_code=failure.connection,
        ),
        id=error_resolved.event_id(failure.id),
        error_id=failure.id,
        occurred_at=utc_text(at),
        object=about if failure.object else None,
        resolved_by=resolved_by,
        reason=reason,
    )


def read(record: Record) -> ErrorResolved | None:
    """The end of a failure as the error topic has it; None for every other record."""
    if record.header("ce_type") != error_resolved.WEBHOOK_TYPE:
        return None
    try:
        return ErrorResolved.model_validate_json(record.value or b"")
    except ValidationError:
        return None
