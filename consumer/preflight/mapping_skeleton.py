"""
A draft of a mapping: codes of events, matched by name with NetSuite's lists; a code without match is a GAP.

A code matches by equal name, symbol or rate only, and only when exactly one row does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from consumer.preflight.event_codes import EventCodes
from schemas.reading import CatalogRow, Kind

Lists = Mapping[Kind, Sequence[CatalogRow]]
KINDS: tuple[Kind, ...] = (
    "items", "subsidiaries", "currencies", "nexuses", "tax_types", "tax_codes", "payment_methods",
)  # fmt: skip
"""The lists from which a draft is made."""
_SINGLE = {
    "fallback_item": "for whatever has no item of its own; without it such documents are rejected",
    "subscription_fee": "every plan that is not under plans",
    "minimum_commitment": "",
    "coupon": "",
    "prepaid_credit": "",
    "prepaid_credit_granted": "default: prepaid_credit; credits that were given away",
    "progressive_billing": "default: prepaid_credit",
    "credit_note": "",
}
_TABLES = ("plans", "billable_metrics", "add_ons", "products")
_WORD = re.compile(r"[^a-z0-9]+")
_SHOWN_COLUMN = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One setting with a note; a gap is a comment whose value is left out."""

    setting: str
    note: str
    is_gap: bool = False

    def line(self, indent: str, end: str) -> str:
        if not self.is_gap:
            return _commented(f"{indent}{self.setting}{end}", self.note)
        return f"{indent}# GAP {self.setting}{end}" + (f"  # {_plain(self.note)}" if self.note else "")


def text(code: str, account_id: str, events: EventCodes, lists: Lists, *, has_suitetax: bool) -> str:
    """YAML of one connection's ``customers`` and ``mapping``: valid as it is, with gaps as comments."""
    active = {kind: [row for row in rows if not row.inactive] for kind, rows in lists.items()}
    lines = [
        f"# For connection {code}: {account_id}, and the codes of {events.events} events.",
        "# GAP marks what is left to choose; `lago-netsuite catalog KIND` lists what there is.",
        *_subsidiary(active),
        "mapping:",
        *_single_items(events, active),
        *(line for table in _TABLES for line in _items(table, events.tables.get(table, {}), active)),
        *_taxes(events, active, has_suitetax=has_suitetax),
        *_currencies(events, active),
        *_payments(events, active),
        *_entities(events, active),
    ]
    return "\n".join(lines) + "\n"


def _subsidiary(lists: Lists) -> Iterator[str]:
    rows = [row for row in lists.get("subsidiaries", ()) if row.values.get("elimination") != "T"]
    if len(rows) == 1:
        yield from _section(
            "customers", [_Entry(setting=f"subsidiary: {_quoted(rows[0].id)}", note=rows[0].name)]
        )
    elif rows:
        note = f"of new customers; one of {_choices(rows)}"
        yield from _section("customers", [_Entry(setting='subsidiary: ""', note=note, is_gap=True)])


def _single_items(events: EventCodes, lists: Lists) -> Iterator[str]:
    for name, note in _SINGLE.items():
        row = _of_name(lists.get("items", ()), name)
        is_needed = name in events.single or name == "fallback_item"
        if row is not None:
            yield _commented(f"  {name}: {{id: {_quoted(row.id)}}}", _described(row))
        elif is_needed:
            yield f"  # GAP {name}: {{id: }}" + (f"  # {note}" if note else "")


def _items(table: str, codes: Mapping[str, str], lists: Lists) -> Iterator[str]:
    found = {code: _of_name(lists.get("items", ()), code, name) for code, name in codes.items()}
    yield from _section(f"  {table}", [_item(code, row, codes[code]) for code, row in found.items()])


def _item(code: str, row: CatalogRow | None, name: str) -> _Entry:
    if row is None:
        return _Entry(setting=f"{_quoted(code)}: {{id: }}", note=name, is_gap=True)
    return _Entry(setting=f"{_quoted(code)}: {{id: {_quoted(row.id)}}}", note=_described(row))


def _taxes(events: EventCodes, lists: Lists, *, has_suitetax: bool) -> Iterator[str]:
    if not events.taxes:
        yield "  tax: {mode: none}"
        return
    codes = lists.get("tax_codes", ())
    found = {code: _of_rate(codes, rate) for code, rate in events.taxes.items()}
    yield "  tax:"
    yield f"    mode: {'suitetax' if has_suitetax else 'legacy'}"
    if has_suitetax:
        nexuses = _choices(lists.get("nexuses", ()))
        yield f'    # GAP nexus: ""  # where the tax is levied; one of {nexuses}'
    entries = [
        _tax(code, row, events.taxes[code], codes, has_suitetax=has_suitetax) for code, row in found.items()
    ]
    yield from _section("    taxes", entries)


def _tax(
    code: str, row: CatalogRow | None, rate: str, codes: Sequence[CatalogRow], *, has_suitetax: bool
) -> _Entry:
    if row is None:
        note = f"{rate} %; one of {_choices(codes)}"
        return _Entry(setting=f"{_quoted(code)}: {{type: , code: }}", note=note, is_gap=True)
    type_ = f"type: {_quoted(row.values['type'])}, " if has_suitetax and row.values.get("type") else ""
    return _Entry(
        setting=f"{_quoted(code)}: {{{type_}code: {_quoted(row.id)}}}", note=f"{row.name}, {rate} %"
    )


def _currencies(events: EventCodes, lists: Lists) -> Iterator[str]:
    by_symbol = {row.values.get("symbol"): row for row in lists.get("currencies", ())}
    missing = "the account has no such currency"
    found = {_key(code): by_symbol.get(code) for code in events.currencies}
    yield from _section("  currencies", [_choice(key, row, missing) for key, row in found.items()])


def _payments(events: EventCodes, lists: Lists) -> Iterator[str]:
    if not events.payment_methods:
        return
    rows = lists.get("payment_methods", ())
    found = {code: _of_name(rows, code) for code in events.payment_methods}
    note = f"one of {_choices(rows)}"
    yield "  payments:"
    yield from _section("    methods", [_choice(_quoted(code), row, note) for code, row in found.items()])


def _choice(key: str, row: CatalogRow | None, note: str) -> _Entry:
    if row is None:
        return _Entry(setting=f'{key}: ""', note=note, is_gap=True)
    return _Entry(setting=f"{key}: {_quoted(row.id)}", note=row.name)


def _entities(events: EventCodes, lists: Lists) -> Iterator[str]:
    rows = lists.get("subsidiaries", ())
    if len(events.billing_entities) < 2 or not rows:
        return
    found = {code: _of_name(rows, code) for code in events.billing_entities}
    yield from _section("  billing_entities", [_entity(code, row, rows) for code, row in found.items()])


def _entity(code: str, row: CatalogRow | None, rows: Sequence[CatalogRow]) -> _Entry:
    if row is None:
        note = f"one of {_choices(rows)}"
        return _Entry(setting=f"{_quoted(code)}: {{subsidiary: }}", note=note, is_gap=True)
    return _Entry(setting=f"{_quoted(code)}: {{subsidiary: {_quoted(row.id)}}}", note=row.name)


def _section(heading: str, entries: Sequence[_Entry]) -> Iterator[str]:
    """
    A heading and what is under it; nothing where nothing is.

    With gaps only it stands in braces: it is an empty mapping as it lies, and any gap can be filled alone.
    """
    if not entries:
        return
    indent = " " * (len(heading) - len(heading.lstrip()) + 2)
    has_only_gaps = all(entry.is_gap for entry in entries)
    yield f"{heading}:{' {' if has_only_gaps else ''}"
    for entry in entries:
        yield entry.line(indent, "," if has_only_gaps else "")
    if has_only_gaps:
        yield f"{indent}}}"


def _of_name(rows: Sequence[CatalogRow], *names: str) -> CatalogRow | None:
    """
    The only row with one of these names, ignoring case and punctuation; None when there is not exactly one.
    """
    wanted = {_bare(name) for name in names if name} - {""}
    fitting = [row for row in rows if wanted & {_bare(name) for name in _names(row)}]
    return fitting[0] if len(fitting) == 1 else None


def _names(row: CatalogRow) -> tuple[str, ...]:
    return row.name, row.values.get("display", ""), row.values.get("external_id", "")


def _of_rate(rows: Sequence[CatalogRow], rate: str) -> CatalogRow | None:
    wanted = _number(rate)
    fitting = [row for row in rows if wanted is not None and _number(row.values.get("rate", "")) == wanted]
    return fitting[0] if len(fitting) == 1 else None


def _number(rate: str) -> Decimal | None:
    try:
        return Decimal(rate.strip().removesuffix("%"))
    except InvalidOperation:
        return None


def _bare(name: str) -> str:
    return _WORD.sub("", name.lower())


def _choices(rows: Sequence[CatalogRow]) -> str:
    return ", ".join(f"{row.id} {_plain(row.name)}" for row in rows) or "none that can be seen"


def _described(row: CatalogRow) -> str:
    parts = (row.name, row.values.get("type"), row.texts.get("account"))
    return ", ".join(part for part in parts if part)


def _commented(setting: str, note: str) -> str:
    return f"{setting:<{_SHOWN_COLUMN}}  # {_plain(note)}"


def _plain(note: str) -> str:
    return " ".join(note.split())


def _key(code: str) -> str:
    return code if code.isascii() and code.isalpha() else _quoted(code)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
