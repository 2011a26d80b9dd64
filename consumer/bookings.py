"""What a settled record means for the books, in figures for those who watch; pure, values only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from consumer import facts
from consumer.mapping import money
from consumer.outcome import AlreadyThere, Delivered, Outcome, Rejected
from schemas.envelope import Envelope

OBJECTS = ("customer", "invoice", "credit_note", "payment")
OTHER = "other"
CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """
    One Lago object and what became of it.

    Attributes:
        outcome: the RESTlet's word, such as ``created``; or ``rejected``.
        amount: in units of the currency; None where the object has none, such as a customer.
        finalized_s: when Lago last changed the document before it told of it, in seconds since the epoch;
            Lago names no moment of finalisation. None for what is no document, or was there before.
    """

    object: str
    outcome: str
    amount: Decimal | None = None
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
    known = facts.of(event)
    has_amount = known.cents is not None and known.currency and CURRENCY.fullmatch(known.currency)
    return Booking(
        object=kind,
        outcome=outcome,
        amount=Decimal(money.major(known.cents or 0, known.currency or "")) if has_amount else None,
        currency=known.currency if has_amount else None,
        finalized_s=_finalized_s(event) if outcome == "created" else None,
    )


def _finalized_s(event: Envelope) -> float | None:
    text = event.object.get("updated_at") or event.object.get("created_at")
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None
