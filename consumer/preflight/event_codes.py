"""The codes in Lago's events that a mapping needs: items, taxes, currencies, entities, payment methods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from schemas.envelope import Envelope

# Amounts of an invoice that become lines of their own, and the setting of their item.
_DISCOUNTS = {
    "coupons_amount_cents": "coupon",
    "prepaid_credit_amount_cents": "prepaid_credit",
    "prepaid_granted_credit_amount_cents": "prepaid_credit_granted",
    "progressive_billing_credit_amount_cents": "progressive_billing",
    "credit_notes_amount_cents": "credit_note",
}
_TABLES = {
    "charge": "billable_metrics",
    "add_on": "add_ons",
    "fixed_charge": "add_ons",
    "product": "products",
}
_SINGLE = {
    "subscription": "subscription_fee",
    "commitment": "minimum_commitment",
    "credit": "prepaid_credit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCodes:
    """
    The codes found in events, with their display names in Lago.

    Attributes:
        events: how many events were read.
        single: settings with one item each, such as ``coupon``.
        tables: codes by their table of the mapping, such as ``plans``.
        taxes: rate in percent by code.
    """

    events: int = 0
    single: dict[str, str] = field(default_factory=dict)
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    taxes: dict[str, str] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    billing_entities: dict[str, str] = field(default_factory=dict)
    payment_methods: dict[str, str] = field(default_factory=dict)


def seen(events: Iterable[Envelope]) -> EventCodes:
    """The codes of all events; values of an unexpected type are skipped."""
    found: dict[str, dict[str, str]] = {}
    count = 0
    for event in events:
        count += 1
        for section, code, name in _of(event.object_type, event.object):
            found.setdefault(section, {}).setdefault(code, name)
    codes = {name: dict(sorted(several.items())) for name, several in found.items()}
    parts = {name: codes.pop(name, {}) for name in _SECTIONS}
    return EventCodes(events=count, tables=codes, **parts)


_SECTIONS = ("single", "taxes", "currencies", "billing_entities", "payment_methods")
_Code = tuple[str, str, str]


def _of(object_type: str, content: dict[str, Any]) -> Iterator[_Code]:
    match object_type:
        case "payment":
            yield from _payment(content)
        case "payment_receipt":
            yield from _payment(_dict(content.get("payment")))
        case "invoice":
            yield from _invoice(content)
        case "credit_note":
            yield from _document(content)
            for item in _dicts(content.get("items")):
                yield from _fee(_dict(item.get("fee")))
        case "customer":
            yield from _coded("billing_entities", content.get("billing_entity_code"), "")
            yield from _coded("currencies", content.get("currency"), "")
        case _:
            return


def _invoice(content: dict[str, Any]) -> Iterator[_Code]:
    yield from _document(content)
    for fee in _dicts(content.get("fees")):
        yield from _fee(fee)
    for subscription in _dicts(content.get("subscriptions")):
        yield from _coded("plans", subscription.get("plan_code"), "")
    for name, setting in _DISCOUNTS.items():
        if content.get(name):
            yield "single", setting, ""


def _document(content: dict[str, Any]) -> Iterator[_Code]:
    yield from _coded("billing_entities", content.get("billing_entity_code"), "")
    yield from _coded("currencies", content.get("currency"), "")
    for tax in _dicts(content.get("applied_taxes")):
        yield from _coded("taxes", tax.get("tax_code"), str(tax.get("tax_rate", "")))


def _fee(fee: dict[str, Any]) -> Iterator[_Code]:
    item = _dict(fee.get("item"))
    kind, name = str(item.get("type")), str(item.get("name") or "")
    if kind in _SINGLE:
        yield "single", _SINGLE[kind], name if kind == "credit" else ""
    if kind in _TABLES:
        yield from _coded(_TABLES[kind], item.get("code"), name)
    if kind == "subscription":
        yield from _coded("plans", item.get("code"), name)


def _payment(payment: dict[str, Any]) -> Iterator[_Code]:
    yield from _coded("currencies", payment.get("amount_currency"), "")
    yield from _coded("payment_methods", payment.get("payment_provider_code") or payment.get("type"), "")


def _coded(section: str, code: Any, name: str) -> Iterator[_Code]:
    if isinstance(code, str) and code:
        yield section, code, name


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
