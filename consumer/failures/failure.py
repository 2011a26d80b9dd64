"""One error event as the topic has it, without the event that failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from pydantic import ValidationError

from consumer.record import Record, Source
from schemas import error_mark
from schemas.error_codes import CATALOGUE, SCRIPT_REFUSED, row_of
from schemas.error_event import ErrorEvent
from schemas.error_mark import ErrorMark


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """
    A failed event at one connection.

    Attributes:
        id: of the error event.
        event: Lago's type of what failed; None when it could not be decoded.
        object, object_id, number: the document; empty when unknown.
        amount, currency: what is missing in NetSuite, in units of the currency.
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
    customers: frozenset[str] = frozenset()
    is_retryable: bool = True
    source: Source
    source_key: str | None = None
    place: Source
    key: bytes = b""
    published_ms: int

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
        customers=frozenset(each for each in ids if each),
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
