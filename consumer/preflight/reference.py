"""The NetSuite internal ids in a connection's settings, each with its list, purpose and path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consumer.config.connection import Connection
from consumer.config.mapping_rules import Item, RefundPlace, Rules, Tax, TaxCode
from schemas.reading import Kind

_SINGLE_ITEMS = (
    "fallback_item", "subscription_fee", "minimum_commitment", "coupon", "prepaid_credit",
    "prepaid_credit_granted", "progressive_billing", "credit_note",
)  # fmt: skip
_ITEM_TABLES = ("plans", "billable_metrics", "add_ons", "products", "charge_filters")
_OF_FIELD: dict[str, Kind] = {
    "location": "locations",
    "department": "departments",
    "class": "classes",
    "subsidiary": "subsidiaries",
    "account": "accounts",
    "aracct": "accounts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """
    One internal id.

    Attributes:
        kind: of list.
        path: of its setting, such as ``mapping.subscription_fee``.
        subsidiary: the subsidiary whose documents use it.
        account: of an item, the account that the mapping states for it.
        symbol: of a currency, the ISO code that is mapped to it.
    """

    kind: Kind
    id: str
    path: str
    subsidiary: str | None = None
    account: str | None = None
    symbol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The rules of the organisation or of one billing entity, and the subsidiary of its documents."""

    rules: Rules
    path: str
    subsidiary: str | None


def levels(connection: Connection) -> Iterator[Level]:
    """The organisation's rules, then each billing entity's."""
    common = connection.customers.subsidiary
    yield Level(rules=connection.mapping, path="mapping", subsidiary=common)
    for code, entity in connection.mapping.billing_entities.items():
        path = f"mapping.billing_entities.{code}"
        yield Level(rules=entity, path=path, subsidiary=entity.subsidiary or common)


def taxes(connection: Connection) -> Iterator[tuple[Level, Tax]]:
    """The tax rules with their level; the organisation's default is SuiteTax, as in `consumer.mapping`."""
    for level in levels(connection):
        if level.rules.tax is not None:
            yield level, level.rules.tax
        elif level.path == "mapping":
            yield level, Tax()


def all_of(connection: Connection) -> tuple[Reference, ...]:
    """Every id that the connection names as a constant."""
    return tuple(_all(connection))


def _all(connection: Connection) -> Iterator[Reference]:
    yield from _subsidiaries(connection)
    for level in levels(connection):
        yield from _items(level)
        yield from _fields(level)
        yield from _refunds(level)
    for level, tax in taxes(connection):
        yield from _tax(level, tax)
    for symbol, id_ in connection.mapping.currencies.items():
        yield Reference(kind="currencies", id=id_, path=f"mapping.currencies.{symbol}", symbol=symbol)
    payments = connection.mapping.payments
    if payments.account:
        yield Reference(kind="accounts", id=payments.account, path="mapping.payments.account")
    for name, id_ in payments.methods.items():
        yield Reference(kind="payment_methods", id=id_, path=f"mapping.payments.methods.{name}")


def _subsidiaries(connection: Connection) -> Iterator[Reference]:
    if connection.customers.subsidiary:
        yield Reference(kind="subsidiaries", id=connection.customers.subsidiary, path="customers.subsidiary")
    for code, entity in connection.mapping.billing_entities.items():
        if entity.subsidiary:
            path = f"mapping.billing_entities.{code}.subsidiary"
            yield Reference(kind="subsidiaries", id=entity.subsidiary, path=path)


def _items(level: Level) -> Iterator[Reference]:
    for name in _SINGLE_ITEMS:
        if item := getattr(level.rules, name):
            yield _item(level, item, f"{level.path}.{name}")
    for table in _ITEM_TABLES:
        for code, item in getattr(level.rules, table).items():
            yield _item(level, item, f"{level.path}.{table}.{code}")


def _refunds(level: Level) -> Iterator[Reference]:
    refund, path = level.rules.refund, f"{level.path}.refund"
    if refund is None:
        return
    places = [(path, RefundPlace(account=refund.account, payment_method=refund.payment_method))]
    places += [(f"{path}.currencies.{code}", place) for code, place in refund.currencies.items()]
    for where, place in places:
        if place.account:
            yield Reference(kind="accounts", id=place.account, path=f"{where}.account")
        if place.payment_method:
            yield Reference(kind="payment_methods", id=place.payment_method, path=f"{where}.payment_method")


def _item(level: Level, item: Item, path: str) -> Reference:
    return Reference(kind="items", id=item.id, path=path, subsidiary=level.subsidiary, account=item.account)


def _fields(level: Level) -> Iterator[Reference]:
    for record, values in level.rules.fields.items():
        for name, value in values.items():
            if name in _OF_FIELD and isinstance(value, str | int):
                yield Reference(
                    kind=_OF_FIELD[name], id=str(value), path=f"{level.path}.fields.{record}.{name}"
                )


def _tax(level: Level, tax: Tax) -> Iterator[Reference]:
    path = f"{level.path}.tax"
    if tax.mode == "tax_line" and tax.item:
        yield Reference(kind="items", id=tax.item, path=f"{path}.item", subsidiary=level.subsidiary)
    if tax.mode == "suitetax" and tax.nexus:
        yield Reference(kind="nexuses", id=tax.nexus, path=f"{path}.nexus")
    if tax.mode not in ("suitetax", "legacy"):
        return
    codes: list[tuple[str, Tax | TaxCode]] = [(path, tax)]
    codes += [(f"{path}.taxes.{code}", one) for code, one in tax.taxes.items()]
    for place, one in codes:
        if one.type and tax.mode == "suitetax":
            yield Reference(kind="tax_types", id=one.type, path=f"{place}.type")
        if one.code:
            yield Reference(kind="tax_codes", id=one.code, path=f"{place}.code")
