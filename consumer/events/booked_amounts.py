"""What a settled record means for the books, in figures for those who watch; pure, values only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from consumer.events import summary
from consumer.outcome import AlreadyThere, Delivered, Outcome, Rejected
from schemas.envelope import Envelope

OBJECTS = ("customer", "invoice", "credit_note", "payment")
OTHER = "other"
CURRENCY_CHARS = 3
# A counter only rises, and beyond this a float no longer tells one subunit from two.
CENTS_END = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """
    One Lago object and what became of it.

    Attributes:
        outcome: the RESTlet's word, such as ``created``; or ``rejected``.
        cents: the amount in the currency's subunit; None where the object has none, such as a customer, and
            where it has one that cannot be summed: below zero, or beyond all that is billed.
        currency: None when `cents` is.
        finalized_s: when Lago last changed the document before it told of it, in seconds since the epoch;
            Lago names no moment of finalisation. None for what is no document, or was there before.
    """

    object: str
    outcome: str
    cents: int | None = None
    currency: str | None = None
    finalized_s: float | None = None


def object_of(object_type: str) -> str:
    """One of four, whatever an event calls its object, so that nobody's event can add a label."""
    if object_type == "payment_receipt":
        return "payment"
    return object_type if object_type in OBJECTS else OTHER


def of(event: Envelope, outcome: Outcome) -> Iterator[Booking]:
    """What an outcome adds; nothing as long as it is not final."""
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
