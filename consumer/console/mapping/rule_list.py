"""What a connection maps to what, as rows for the page: the rules of the file with what went through each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from consumer.backtest.coverage import FALLBACK, Coverage, UseKey, UseSum
from consumer.config.connection import Connection
from consumer.config.mapping_rules import EntityRules, Item, Rules, Tax

KINDS = {
    "plans": "Plan",
    "billable_metrics": "Billable metric",
    "add_ons": "Add-on",
    "products": "Product",
    "charge_filters": "Charge filter",
    "subscription_fee": "Subscription fees",
    "minimum_commitment": "Minimum commitments",
    "coupon": "Coupons",
    "prepaid_credit": "Prepaid credits",
    "prepaid_credit_granted": "Granted prepaid credits",
    "progressive_billing": "Progressive billing",
    "credit_note": "Spent credit notes",
    "fallback_item": "Everything else",
    "tax": "Tax",
}
"""Settings of items as people call what they map; tables have a code of Lago's behind it."""
_SINGLE = tuple(name for name in KINDS if name not in ("tax", FALLBACK))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """
    One rule of the file.

    Attributes:
        kind: what it maps.
        code: Lago's code of it; empty for a whole kind.
        entity: the billing entity that it is for; empty for all.
        target: what it becomes in NetSuite.
        path: of the setting.
        at: its file and line.
        use: what went through it; None where nothing did.
    """

    kind: str
    code: str
    entity: str
    target: str
    path: str
    at: str
    use: UseSum | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """
    Something of Lago's that has no rule of its own.

    Attributes:
        setting: the path under which one is added.
        target: the fallback that books it; empty where nothing does.
    """

    kind: str
    code: str
    setting: str
    target: str
    use: UseSum


def items(connection: Connection, coverage: Coverage | None) -> list[RuleRow]:
    """The rules for items, those of the organisation before those of billing entities."""
    uses = _by_rule(coverage.items(connection.code) if coverage else ())
    return [row for level in _levels(connection) for row in _items(level, uses)]


def taxes(connection: Connection, coverage: Coverage | None) -> list[RuleRow]:
    """The rules for taxes, in the same order."""
    uses = _by_rule(coverage.taxes(connection.code) if coverage else ())
    return [row for level in _levels(connection) for row in _taxes(level, uses)]


def gaps(connection: Connection, coverage: Coverage) -> list[GapRow]:
    """What has no rule of its own, what nothing books first."""
    found = []
    for key, use in coverage.items(connection.code):
        if key.state != "own":
            kind, code = called(key.what)
            target = f"item {key.choice}, as everything else" if key.choice else ""
            found.append(GapRow(kind=kind, code=code, setting=f"mapping.{key.what}", target=target, use=use))
    return found


def others(connection: Connection) -> Iterator[RuleRow]:
    """Currencies, and the subsidiaries of billing entities."""
    whole, *entities = _levels(connection)
    for code, target in connection.mapping.currencies.items():
        yield whole.row("Currency", code, f"currency {target}", f"mapping.currencies.{code}")
    for level in entities:
        if isinstance(level.rules, EntityRules) and level.rules.subsidiary:
            target = f"subsidiary {level.rules.subsidiary}"
            yield whole.row("Billing entity", level.entity, target, f"{level.at}.subsidiary")


def called(what: str) -> tuple[str, str]:
    """A setting as people call it, and the code in it: ``billable_metrics.gpu`` is a billable metric."""
    table, _, code = what.partition(".")
    return KINDS.get(table, table.replace("_", " ").capitalize()), code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """The organisation with an empty `entity`, or a billing entity; `at` is the path of its rules."""

    connection: Connection
    entity: str
    at: str
    rules: Rules

    def row(self, kind: str, code: str, target: str, path: str, use: UseSum | None = None) -> RuleRow:
        at = self.connection.at(path)
        return RuleRow(kind=kind, code=code, entity=self.entity, target=target, path=path, at=at, use=use)


def _levels(connection: Connection) -> Iterator[_Level]:
    yield _Level(connection=connection, entity="", at="mapping", rules=connection.mapping)
    for entity, rules in connection.mapping.billing_entities.items():
        at = f"mapping.billing_entities.{entity}"
        yield _Level(connection=connection, entity=entity, at=at, rules=rules)


def _by_rule(uses: Iterable[tuple[UseKey, UseSum]]) -> Mapping[str, UseSum]:
    found: dict[str, UseSum] = {}
    for key, use in uses:
        found[key.rule] = _together(found[key.rule], use) if key.rule in found else use
    return found


def _together(one: UseSum, other: UseSum) -> UseSum:
    amounts = {
        currency: one.amounts.get(currency, Decimal(0)) + other.amounts.get(currency, Decimal(0))
        for currency in {**one.amounts, **other.amounts}
    }
    return UseSum(lines=one.lines + other.lines, documents=one.documents + other.documents, amounts=amounts)


def _items(level: _Level, uses: Mapping[str, UseSum]) -> Iterator[RuleRow]:
    for name in (*_SINGLE, FALLBACK):
        found = getattr(level.rules, name)
        named = found.items() if isinstance(found, dict) else [("", found)] if found is not None else ()
        for code, item in named:
            path = f"{level.at}.{name}.{code}" if code else f"{level.at}.{name}"
            yield level.row(KINDS[name], code, _of_item(item), path, uses.get(path))


def _taxes(level: _Level, uses: Mapping[str, UseSum]) -> Iterator[RuleRow]:
    tax = level.rules.tax
    if tax is None:
        return
    path = f"{level.at}.tax"
    use = uses.get(path) or uses.get(f"{path}.item")
    yield level.row("Every tax" if not tax.taxes else "Every other tax", "", _of_tax(tax), path, use)
    for code, own in tax.taxes.items():
        target = f"type {own.type or tax.type}, code {own.code or tax.code}"
        place = f"{path}.taxes.{code}"
        yield level.row(KINDS["tax"], code, target, place, uses.get(place))


def _of_item(item: Item) -> str:
    return f"item {item.id}, account {item.account}" if item.account else f"item {item.id}"


def _of_tax(tax: Tax) -> str:
    match tax.mode:
        case "suitetax" if tax.type or tax.code:
            return f"type {tax.type}, code {tax.code}"
        case "legacy":
            return f"tax item {tax.code}" if tax.code else "nothing"
        case "tax_line":
            return f"a line with item {tax.item}"
        case "none":
            return "no tax is written"
        case _:
            return "nothing"
