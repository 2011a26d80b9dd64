"""
A draft of a mapping: codes of events, matched by name with NetSuite's lists; a code without match is a GAP.

A code matches by equal name, symbol or rate only, and only when exactly one row does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
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
        yield "customers:"
        yield _commented(f"  subsidiary: {_quoted(rows[0].id)}", rows[0].name)
    elif rows:
        yield "customers: {}"
        yield f"  # GAP subsidiary: of new customers; one of {_choices(rows)}"


def _single_items(events: EventCodes, lists: Lists) -> Iterator[str]:
    for name, note in _SINGLE.items():
        row = _of_name(lists.get("items", ()), name)
        is_needed = name in events.single or name == "fallback_item"
        if row is not None:
            yield _commented(f"  {name}: {{id: {_quoted(row.id)}}}", _described(row))
        elif is_needed:
            yield f"  # GAP {name}: {{id: }}" + (f"  # {note}" if note else "")


def _items(table: str, codes: Mapping[str, str], lists: Lists) -> Iterator[str]:
    if not codes:
        return
    found = {code: _of_name(lists.get("items", ()), code, name) for code, name in codes.items()}
    yield f"  {table}:" if any(found.values()) else f"  {table}: {{}}"
    for code, row in found.items():
        if row is not None:
            yield _commented(f"    {_quoted(code)}: {{id: {_quoted(row.id)}}}", _described(row))
        else:
            yield f"    # GAP {_quoted(code)}: {{id: }}" + (
                f"  # {_plain(codes[code])}" if codes[code] else ""
            )


def _taxes(events: EventCodes, lists: Lists, *, has_suitetax: bool) -> Iterator[str]:
    if not events.taxes:
        yield "  tax: {mode: none}"
        return
    codes = lists.get("tax_codes", ())
    found = {code: _of_rate(codes, rate) for code, rate in events.taxes.items()}
    yield "  tax:"
    yield f"    mode: {'suitetax' if has_suitetax else 'legacy'}"
    if has_suitetax:
        yield f"    # GAP nexus: where the tax is levied; one of {_choices(lists.get('nexuses', ()))}"
    yield f"    taxes:{'' if any(found.values()) else ' {}'}"
    for code, row in found.items():
        rate = events.taxes[code]
        if row is None:
            yield f"      # GAP {_quoted(code)}: {{type: , code: }}  # {rate} %; one of {_choices(codes)}"
        else:
            type_ = (
                f"type: {_quoted(row.values['type'])}, " if has_suitetax and row.values.get("type") else ""
            )
            yield _commented(
                f"      {_quoted(code)}: {{{type_}code: {_quoted(row.id)}}}", f"{row.name}, {rate} %"
            )


def _currencies(events: EventCodes, lists: Lists) -> Iterator[str]:
    if not events.currencies:
        return
    by_symbol = {row.values.get("symbol"): row for row in lists.get("currencies", ())}
    yield f"  currencies:{'' if events.currencies.keys() & by_symbol.keys() else ' {}'}"
    for code in events.currencies:
        row = by_symbol.get(code)
        gap = f"    # GAP {_key(code)}: the account has no such currency"
        yield _commented(f"    {_key(code)}: {_quoted(row.id)}", row.name) if row else gap


def _payments(events: EventCodes, lists: Lists) -> Iterator[str]:
    if not events.payment_methods:
        return
    rows = lists.get("payment_methods", ())
    found = {code: _of_name(rows, code) for code in events.payment_methods}
    yield "  payments:"
    yield f"    methods:{'' if any(found.values()) else ' {}'}"
    for code, row in found.items():
        gap = f"      # GAP {_quoted(code)}: one of {_choices(rows)}"
        yield _commented(f"      {_quoted(code)}: {_quoted(row.id)}", row.name) if row else gap


def _entities(events: EventCodes, lists: Lists) -> Iterator[str]:
    rows = lists.get("subsidiaries", ())
    if len(events.billing_entities) < 2 or not rows:
        return
    found = {code: _of_name(rows, code) for code in events.billing_entities}
    yield f"  billing_entities:{'' if any(found.values()) else ' {}'}"
    for code, row in found.items():
        gap = f"    # GAP {_quoted(code)}: {{subsidiary: }}  # one of {_choices(rows)}"
        yield _commented(f"    {_quoted(code)}: {{subsidiary: {_quoted(row.id)}}}", row.name) if row else gap


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
