"""The names of the documents of an event for people: Lago's numbers, amounts and dates instead of ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from consumer.events import summary
from consumer.mapping import identity, money
from schemas.envelope import Envelope

MOST_NUMBERS = 3
MAX_NUMBER_CHARS = 100
_OWN_PREFIXES = {
    "invoice": identity.INVOICE,
    "credit_note": identity.CREDIT_NOTE,
    "payment": identity.PAYMENT,
    "customer": identity.CUSTOMER,
}
# The word before an id in a message: NetSuite's name of the field, or the connector's of the document.
_BEFORE = r"(?:\b(?:doc|entity|customer|invoice|credit memo|creditmemo|payment|customerpayment) )?"
# Compiled once: a pattern with the number of each document would be compiled for each.
_ASIDE = re.compile(r"(?: \([^()]*\))?: ")
_WHOSE = re.compile(r"(?: of [^()]*)?(?: \([^()]*\))?: ")


def subject(event: Envelope, date: str | None = None) -> str:
    """
    The event's document, ``invoice ACME-001 (59.50 EUR, 2026-07-31)``.

    Args:
        event: as received; for an unexpected shape only its type is returned.
        date: the document's date in NetSuite, where that is known better.
    """
    known = summary.of(event)
    day = date or _text(event.object.get("issuing_date"))
    aside = [each for each in (_amount(known), day) if each]
    names = [_kind(event), *_own_name(event, known.number)]
    return " ".join(names) + (f" ({', '.join(aside)})" if aside else "")


def sentence(message: str, event: Envelope, date: str | None = None) -> str:
    """The message with its document before it, and numbers in place of ids where the event names them."""
    number = summary.of(event).number
    said = without_subject(without_ids(message, event), event.object_type, number)
    return f"{subject(event, date)}: {said}"


def without_subject(text: str, object_type: str, number: str | None) -> str:
    """A message without the document name at its start; for outputs that show the name beside it."""
    named = text.removeprefix("void of ")
    kind = object_type.replace("_", " ")
    if not named.startswith(kind):
        return text
    own = f"{kind} {number[:MAX_NUMBER_CHARS]}" if number else ""
    found = _ASIDE.match(named, len(own)) if own and named.startswith(own) else None
    found = found or _WHOSE.match(named, len(kind))
    return named[found.end() :] if found else text


def without_ids(text: str, event: Envelope) -> str:
    """The text with the connector's external ids replaced by Lago's numbers that the event contains."""
    for external_id, name in _names(event):
        if external_id in text:
            text = re.sub(_BEFORE + re.escape(external_id), name.replace("\\", r"\\"), text)
    return text


def external_id(lane: str) -> str | None:
    """The external id of the document whose events have this lane; None for other lanes."""
    family, _, lago_id = lane.partition(":")
    prefix = _OWN_PREFIXES.get(family)
    return prefix + lago_id if prefix and lago_id else None


def spelled_out(text: str) -> str:
    """The text with ``invoice <Lago id>`` in place of an external id, and so for other documents."""
    for family, prefix in _OWN_PREFIXES.items():
        text = re.sub(rf"{_BEFORE}{prefix}(?=[\w-])", f"{family.replace('_', ' ')} ", text)
    return text


def _kind(event: Envelope) -> str:
    kind = event.object_type.replace("_", " ")
    return f"void of {kind}" if event.webhook_type.endswith(".voided") else kind


def _own_name(event: Envelope, number: str | None) -> Iterator[str]:
    if number:
        yield number[:MAX_NUMBER_CHARS]
    elif numbers := [name for _, name in _settled(event)]:
        more = ", …" if len(numbers) > MOST_NUMBERS else ""
        yield f"of {', '.join(numbers[:MOST_NUMBERS])}{more}"


def _amount(known: summary.ObjectSummary) -> str | None:
    if known.cents is None or known.currency is None:
        return None
    return f"{money.major(known.cents, known.currency)} {known.currency}"


def _names(event: Envelope) -> Iterator[tuple[str, str]]:
    known = summary.of(event)
    prefix = _OWN_PREFIXES.get(event.object_type)
    if prefix and known.number:
        yield prefix + event.object_id, f"{_kind(event)} {known.number[:MAX_NUMBER_CHARS]}"
    yield from _settled(event)
    if known.lago_customer_id and known.external_customer_id:
        yield (
            identity.CUSTOMER + known.lago_customer_id,
            f"customer {known.external_customer_id[:MAX_NUMBER_CHARS]}",
        )


def _settled(event: Envelope) -> Iterator[tuple[str, str]]:
    """External id and name of the invoices that a payment or a credit note is for."""
    content = event.object
    payment = content.get("payment")
    found: Mapping[str, Any] = payment if isinstance(payment, dict) else content
    pairs = zip(_listed(found.get("invoice_ids")), _listed(found.get("invoice_numbers")), strict=False)
    note = (found.get("lago_invoice_id"), found.get("invoice_number"))
    for lago_id, number in (*pairs, note):
        if isinstance(lago_id, str) and lago_id and isinstance(number, str) and number:
            yield identity.INVOICE + lago_id, f"invoice {number[:MAX_NUMBER_CHARS]}"


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
