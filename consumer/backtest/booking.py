"""What a request would book: one document with its lines, as the amounts and references it carries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from schemas import wire
from schemas.wire import WriteItem

HEADER_TAX_FIELDS = (
    "nexus", "taxitem", "taxamountoverride", "taxregoverride", "taxdetailsoverride", "istaxable",
)  # fmt: skip
"""Columns of a document that say how it is taxed."""
_OWN_PLACES = frozenset(("entity", "customer", "subsidiary", "payment", *HEADER_TAX_FIELDS))
_OWN_PLACES_OF_LINES = frozenset(("item", "account", "description", "taxdetailsreference"))

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedTax:
    """A tax of a line, or of a whole document: its code as ``type/code``, and the amount."""

    code: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedLine:
    """
    One item line.

    Attributes:
        key: what the line is in both configurations: Lago's id of its fee and its number there, or
            its place.
        reference: Lago's id of its fee, or a word for discounts; empty where the line has no tax details.
        label: its description, else its place.
        account: the line's own account, else ``of item 801``: NetSuite takes the item's.
        fields: all other fields, as text.
    """

    key: str
    reference: str
    label: str
    item: str
    account: str
    amount: Decimal
    taxes: tuple[BookedTax, ...]
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """
    One record that would be written.

    Attributes:
        type: NetSuite's record type.
        number: NetSuite's document number; empty where there is none.
        customer: the reference to the customer, as text.
        subsidiary: the document's own; empty where NetSuite takes the customer's.
        total: in units of the currency; None for a record without amounts.
        header_tax: how the document is taxed, as text.
        taxes: those of the document as a whole; SuiteTax has them at the lines.
        fields: all other fields, sublists and options, as text.
    """

    type: str
    mode: str
    external_id: str
    lago_id: str
    number: str
    customer: str
    subsidiary: str
    total: Decimal | None
    header_tax: str
    taxes: tuple[BookedTax, ...]
    lines: tuple[BookedLine, ...]
    fields: Mapping[str, str]


def of(item: WriteItem) -> Booking:
    """What an item of a request would book."""
    columns: Json = item.record.get("columns", {})
    lines = tuple(_lines(item))
    return Booking(
        type=str(item.record.get("type", "")),
        mode=item.mode,
        external_id=item.external_id,
        lago_id=item.lago_id,
        number=_text(columns.get("tranid") or columns.get("entityid")),
        customer=_reference(columns.get("entity") or columns.get("customer"), item),
        subsidiary=_text(columns.get("subsidiary")),
        total=_total(item, columns),
        header_tax=_text({name: columns[name] for name in HEADER_TAX_FIELDS if name in columns} or None),
        taxes=tuple(_document_taxes(columns)),
        lines=lines,
        fields=dict(_fields(item, columns)),
    )


def _total(item: WriteItem, columns: Json) -> Decimal | None:
    total = item.expect.get("total") or columns.get("payment")
    return None if total is None else Decimal(str(total))


def _document_taxes(columns: Json) -> Iterator[BookedTax]:
    if columns.get("taxitem"):
        amount = Decimal(str(columns.get("taxamountoverride") or 0))
        yield BookedTax(code=_text(columns["taxitem"]), amount=amount)


def _lines(item: WriteItem) -> Iterator[BookedLine]:
    details, met = _details_by_line(item.record), Counter[str]()
    for place, line in enumerate(_sublist(item.record, "lines", "item"), start=1):
        found, account = _text(line.get("item")), _text(line.get("account"))
        reference = _text(line.get("taxdetailsreference"))
        met[reference] += 1
        yield BookedLine(
            key=f"{reference} {met[reference]}" if reference else str(place),
            reference=reference,
            label=_text(line.get("description")) or f"line {place}",
            item=found,
            account=account or f"of item {found}",
            amount=Decimal(str(line.get("amount") or 0)),
            taxes=details.get(reference, ()),
            fields={name: _text(line[name]) for name in line if name not in _OWN_PLACES_OF_LINES},
        )


def _details_by_line(record: Json) -> Mapping[str, tuple[BookedTax, ...]]:
    found: dict[str, tuple[BookedTax, ...]] = {}
    for detail in _sublist(record, "taxdetails", "taxdetails"):
        reference = _text(detail.get("taxdetailsreference"))
        code = f"{_text(detail.get('taxtype'))}/{_text(detail.get('taxcode'))}"
        tax = BookedTax(code=code, amount=Decimal(str(detail.get("taxamount") or 0)))
        found[reference] = (*found.get(reference, ()), tax)
    return found


def _sublist(record: Json, place: str, name: str) -> Iterator[Json]:
    for sublist in record.get(place, ()):
        if sublist.get("sublistId") == name:
            yield from sublist.get("lineItems", ())


def _fields(item: WriteItem, columns: Json) -> Iterator[tuple[str, str]]:
    for name, value in columns.items():
        if name not in _OWN_PLACES:
            yield name, _text(value)
    for sublist in item.record.get("lines", ()):
        if sublist.get("sublistId") != "item":
            yield f"sublist {sublist.get('sublistId')}", _text(sublist.get("lineItems"))
    around: Json = {
        "apply_credits": item.apply_credits, "release_credits": item.release_credits,
        "settled": item.settled, "policy": item.policy, "options": item.record.get("options"),
    }  # fmt: skip
    yield from ((name, _text(value)) for name, value in around.items() if value)


def _reference(value: Any, item: WriteItem) -> str:
    if isinstance(value, dict):
        return ", ".join(map(str, value.values()))
    return _text(value) or (item.internal_id or "")


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return wire.canonical(value).decode()
