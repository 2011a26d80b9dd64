"""The amounts of a settled record, for metrics; pure, values only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from consumer.events import summary
from consumer.outcome import AlreadyThere, Delivered, Outcome, Rejected
from schemas.envelope import Envelope

OBJECTS = ("customer", "invoice", "credit_note", "payment")
OTHER = "other"
CURRENCY_CHARS = 3
# Beyond this a float cannot represent every subunit.
CENTS_END = 2**53


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """
    One Lago object with its outcome.

    Attributes:
        outcome: the RESTlet's status, such as ``created``; or ``rejected``.
        cents: the amount in the currency's subunit; None for an object without amount, such as a customer,
            and for an amount that cannot be summed: below zero, or `CENTS_END` and more.
        currency: None when `cents` is.
        finalized_s: the document's ``updated_at``, in seconds since the epoch, since Lago's events have no
            time of finalisation. None for other objects, and for documents that were not created.
    """

    object: str
    outcome: str
    cents: int | None = None
    currency: str | None = None
    finalized_s: float | None = None


def object_of(object_type: str) -> str:
    """One of `OBJECTS`, or `OTHER`, so that events cannot add label values."""
    if object_type == "payment_receipt":
        return "payment"
    return object_type if object_type in OBJECTS else OTHER


def of(event: Envelope, outcome: Outcome) -> Iterator[Booking]:
    """The bookings of a settled outcome; none for others."""
    match outcome:
        case Delivered(written=written) | AlreadyThere(written=written):
            for each in written:
                is_own = object_of(each.object) == object_of(event.object_type)
                booked = _booking(event, each.status) if is_own else None
                yield booked or Booking(object=object_of(each.object), outcome=each.status)
        case Rejected():
            yield _booking(event, "rejected")
        case _:
            return


def _booking(event: Envelope, outcome: str) -> Booking:
    kind = object_of(event.object_type)
    if kind in {"customer", OTHER}:
        return Booking(object=kind, outcome=outcome)
    cents, currency = summary.amount_of(event)
    if cents is None or not 0 <= cents < CENTS_END or currency is None or not _is_currency(currency):
        cents = currency = None
    return Booking(
        object=kind,
        outcome=outcome,
        cents=cents,
        currency=currency,
        finalized_s=_finalized_s(event) if outcome == "created" else None,
    )


def _is_currency(text: str) -> bool:
    return len(text) == CURRENCY_CHARS and text.isascii() and text.isalpha() and text.isupper()


def _finalized_s(event: Envelope) -> float | None:
    text = event.object.get("updated_at") or event.object.get("created_at")
    try:
        moment = datetime.fromisoformat(str(text))
        return moment.timestamp() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
