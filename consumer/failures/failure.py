"""One error event as the topic has it, without the event that failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from consumer.record import Record, Source
from schemas import error_mark
from schemas.error_codes import CATALOGUE, SCRIPT_REFUSED, row_of
from schemas.error_event import ErrorEvent, Gap
from schemas.error_mark import ErrorMark

_DAY_CHARS = len("2026-07-31")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """
    A failed event at one connection.

    Attributes:
        id: of the error event.
        event: Lago's type of what failed; None when it could not be decoded.
        object, object_id, number: the document; empty when unknown.
        amount, currency: what is missing in NetSuite, in units of the currency.
        date: the document's date as text, ``2026-07-31``; empty when unknown.
        customer_id, customer_name: Lago's id of the customer, and its name in the event; empty when unknown.
        organization_id: of Lago; None when the event could not be decoded.
        details: of the error event, by name.
        gaps: its reasons one by one, where a setting ends each.
        attempts, first_failed_at: of all deliveries and replays up to now, and when the first one began.
        source: topic, partition and offset of the event that failed; the topic under Kafka's name for it.
        place: topic, partition and offset of the error event.
        key: the error event's, which its marks carry too.
        published_ms: when the error event was published, milliseconds since the epoch.
    """

    id: str
    connection: str
    code: str
    message: str
    hint: str
    event: str | None
    object: str = ""
    object_id: str = ""
    number: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    date: str = ""
    customer_id: str = ""
    customer_name: str = ""
    organization_id: str | None = None
    customers: frozenset[str] = frozenset()
    details: Mapping[str, str] = field(default_factory=dict, hash=False)
    gaps: tuple[Gap, ...] = ()
    is_retryable: bool = True
    attempts: int = 1
    first_failed_at: str = ""
    source: Source
    source_key: str | None = None
    place: Source
    key: bytes = b""
    published_ms: int

    @property
    def document(self) -> tuple[str, str, str]:
        """Which document of which connection; what could not be decoded is one of its own."""
        return self.connection, self.object, self.object_id or self.id

    @property
    def published_at(self) -> datetime:
        """When it was published."""
        return datetime.fromtimestamp(self.published_ms / 1_000, UTC)

    @property
    def who(self) -> str:
        """Who can fix it, by the table of error codes; unknown codes come from scripts of the account."""
        return (row_of(self.code) or SCRIPT_REFUSED).who

    @property
    def fix(self) -> str:
        """The fix: the event's own, else that of the error code."""
        known = CATALOGUE.get(self.code)
        return self.hint or (known.change if known else "")


def read(record: Record) -> Failure | ErrorMark | None:
    """The content of a record of the error topic; None when it is neither an error event nor a mark."""
    try:
        if record.header(error_mark.HEADER) is not None:
            return ErrorMark.model_validate_json(record.value or b"")
        return _failure(record, ErrorEvent.model_validate_json(record.value or b""))
    except ValidationError:
        return None


def _failure(record: Record, event: ErrorEvent) -> Failure:
    error = event.accounting_provider_customer_error
    about, source = event.object, event.source
    ids = (error.lago_customer_id, error.external_customer_id)
    return Failure(
        id=event.id,
        connection=error.accounting_provider_code,
        code=error.provider_error.error_code,
        message=error.provider_error.message,
        hint=event.hint,
        event=event.event,
        object=about.type if about else "",
        object_id=about.lago_id if about else "",
        number=about.number if about else None,
        amount=_decimal(about.amount) if about else None,
        currency=about.currency if about else None,
        date=_date(event),
        customer_id=error.lago_customer_id or "",
        customer_name=_customer_name(event),
        organization_id=event.organization_id,
        customers=frozenset(each for each in ids if each),
        details=event.details,
        gaps=event.gaps,
        attempts=event.attempts,
        first_failed_at=event.first_failed_at,
        is_retryable=event.retryable,
        source=Source(topic=source.topic, partition=source.partition, offset=source.offset),
        source_key=source.key,
        place=record.source,
        key=record.key or b"",
        published_ms=record.timestamp_ms,
    )


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def _date(event: ErrorEvent) -> str:
    """The date in NetSuite where the refusal names it, else Lago's issuing date, else the day of creation."""
    content, details = _content(event), event.details
    created = content.get("created_at")
    found = (details.get("date"), details.get("issuing_date"), content.get("issuing_date"))
    day = next((each for each in found if isinstance(each, str) and each), None)
    return day or (created[:_DAY_CHARS] if isinstance(created, str) else "")


def _customer_name(event: ErrorEvent) -> str:
    content = _content(event)
    is_customer = event.object is not None and event.object.type == "customer"
    customer = content if is_customer else content.get("customer")
    name = customer.get("name") if isinstance(customer, dict) else None
    return name if isinstance(name, str) else ""


def _content(event: ErrorEvent) -> dict[str, Any]:
    """The object of the failed event, for a receipt its payment; empty when it is not carried."""
    original, about = event.original, event.object
    found = original.get(about.type) if isinstance(original, dict) and about else None
    payment = found.get("payment") if isinstance(found, dict) else None
    inner = payment if isinstance(payment, dict) else found
    return inner if isinstance(inner, dict) else {}
