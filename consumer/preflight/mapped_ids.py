"""Findings about every NetSuite id in the mapping: it exists, is active, and is usable for its purpose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from consumer.config.connection import Connection
from consumer.preflight import menu_paths, reference, role
from consumer.preflight.account_facts import Facts, Listed
from consumer.preflight.finding import Finding, Status, ok, unknown
from consumer.preflight.income_accounts import DEPOSIT, RECEIVABLE
from consumer.preflight.reference import Reference
from schemas.reading import CatalogRow, Kind

SINGULAR: Mapping[Kind, str] = {
    "items": "item",
    "accounts": "account",
    "subsidiaries": "subsidiary",
    "currencies": "currency",
    "tax_codes": "tax_code",
    "tax_types": "tax_type",
    "nexuses": "nexus",
    "locations": "location",
    "departments": "department",
    "classes": "class",
    "payment_methods": "payment_method",
}
_OF_FEATURE: Mapping[Kind, str] = {
    "subsidiaries": "SUBSIDIARIES",
    "locations": "LOCATIONS",
    "departments": "DEPARTMENTS",
    "classes": "CLASSES",
    # Without it currencies cannot be searched for; `currency_setup` looks at the one there is.
    "currencies": "MULTICURRENCY",
}
_NOT_SOLD = frozenset({"Purchase"})
_PAID = (".payment.account", ".refund.account")
_TAX_KINDS = frozenset({"tax_codes", "tax_types", "nexuses"})


def findings(connection: Connection, facts: Facts) -> Iterator[Finding]:
    """For each list, a finding for each wrong id, or one that all ids are usable."""
    references = sorted(reference.all_of(connection), key=lambda one: one.kind)
    for kind, several in groupby(references, key=lambda one: one.kind):
        if is_visible(connection, facts, kind):
            yield from _of_kind(connection, kind, list(several), facts)


def is_visible(connection: Connection, facts: Facts, kind: Kind) -> bool:
    """Whether the account has such a list; where it has none, `role` has a finding for the feature."""
    feature = _OF_FEATURE.get(kind)
    if kind in _TAX_KINDS and facts.has("TAX_OVERHAULING") != _wants_suitetax(connection):
        return False
    return feature is None or facts.has(feature)


def _wants_suitetax(connection: Connection) -> bool:
    return any(tax.mode == "suitetax" for _, tax in reference.taxes(connection))


def _of_kind(
    connection: Connection, kind: Kind, references: Sequence[Reference], facts: Facts
) -> Iterator[Finding]:
    listed, name = facts.listed(kind), kind.replace("_", " ")
    if not role.sees(facts, kind) or listed.trouble is not None:
        cause = f"NetSuite answers {listed.trouble.code}" if listed.trouble else "the role may not see them"
        yield unknown(f"{kind}", f"{name} cannot be looked at: {cause}", menu=menu_paths.OF_LIST[kind])
        return
    wrong = list(_wrong(connection, references, listed, facts))
    yield from wrong
    if not wrong:
        count = len({one.id for one in references})
        yield ok(
            f"{kind}", f"{count} {name if count > 1 else SINGULAR[kind].replace('_', ' ')} mapped and usable"
        )


def _wrong(
    connection: Connection, references: Sequence[Reference], listed: Listed, facts: Facts
) -> Iterator[Finding]:
    for id_ in dict.fromkeys(one.id for one in references):
        uses = [one for one in references if one.id == id_]
        problem = next(_problems(connection, uses, listed, facts), None)
        if problem is not None:
            yield _finding(connection, uses, *problem)


def _finding(
    connection: Connection, uses: Sequence[Reference], status: Status, cause: str, fix: str
) -> Finding:
    kind = uses[0].kind
    name = SINGULAR[kind]
    paths = ", ".join(dict.fromkeys(one.path for one in uses))
    return Finding(
        id=f"{name}.{uses[0].id}",
        status=status,
        says=f"{name.replace('_', ' ')} {uses[0].id} ({paths}) {cause}",
        menu=menu_paths.OF_LIST[kind],
        fix=fix,
        where=", ".join(dict.fromkeys(connection.at(one.path) for one in uses)),
    )


_Problem = tuple[Status, str, str]


def _problems(
    connection: Connection, uses: Sequence[Reference], listed: Listed, facts: Facts
) -> Iterator[_Problem]:
    """The problems of one id, the most severe first."""
    row = listed.rows.get(uses[0].id)
    if row is None:
        yield "fail", "does not exist", "map another id; `lago-netsuite catalog` lists those there are"
        return
    if row.inactive:
        yield "fail", f"{row.name!r} is inactive", "make it active, or map another"
    match uses[0].kind:
        case "items":
            yield from _of_item(connection, row, uses, listed, facts)
        case "currencies":
            yield from _of_currency(row, uses)
        case "accounts":
            yield from _of_account(row, uses)
        case "subsidiaries":
            if row.values.get("elimination") == "T":
                yield "fail", f"{row.name!r} is an elimination subsidiary", "map an operating one"
        case _:
            return


def _of_account(row: CatalogRow, uses: Sequence[Reference]) -> Iterator[_Problem]:
    """Documents need a receivables account; payments need a bank account or Undeposited Funds."""
    type_ = row.values.get("type")
    for use in uses:
        is_deposited = ".fields." not in use.path or use.path.endswith(_PAID)
        taken, role_of = (
            (DEPOSIT, "takes no deposits") if is_deposited else (RECEIVABLE, "holds no receivables")
        )
        if type_ and type_ not in taken:
            fix = f"map an account of type {' or '.join(sorted(taken))}, or take the setting out"
            yield "fail", f"{row.name!r} is of type {type_}, and {role_of}", fix


def _of_item(
    connection: Connection, row: CatalogRow, uses: Sequence[Reference], listed: Listed, facts: Facts
) -> Iterator[_Problem]:
    if row.values.get("subtype") in _NOT_SOLD:
        yield "fail", f"{row.name!r} is for purchase only", "map an item for sale or resale"
    yield from _not_shared(row, uses, listed, facts)
    if _wants_suitetax(connection) and facts.has("TAX_OVERHAULING") and _is_untaxable(row):
        fix = "Accounting > Tax / Tariff: make it taxable (a tax schedule or Taxable)"
        yield "fail", f"{row.name!r} is not taxable, so no tax line can stand for it", fix
    yield from _other_account(row, uses)


def _is_untaxable(row: CatalogRow) -> bool:
    taxable = row.values.get("taxable")
    return taxable == "F" or (taxable != "T" and row.values.get("tax_schedule") == "")


def _not_shared(
    row: CatalogRow, uses: Sequence[Reference], listed: Listed, facts: Facts
) -> Iterator[_Problem]:
    shared = listed.shared_with.get(row.id)
    if shared is None or not facts.has("SUBSIDIARIES"):
        return
    lacking = sorted({one.subsidiary for one in uses if one.subsidiary} - shared)
    if lacking:
        cause = f"{row.name!r} is not available to subsidiary {', '.join(lacking)}"
        yield "fail", cause, "add the subsidiary on the item, or map another item"


def _other_account(row: CatalogRow, uses: Sequence[Reference]) -> Iterator[_Problem]:
    actual = {row.values.get("account", ""), row.texts.get("account", "").partition(" ")[0]}
    for use in uses:
        if use.account and any(actual) and use.account not in actual:
            shown = row.texts.get("account") or row.values.get("account")
            fix = "correct account in the mapping, or the item's income account: NetSuite posts to the latter"
            yield "warn", f"{row.name!r} posts to {shown}, the mapping says {use.account}", fix


def _of_currency(row: CatalogRow, uses: Sequence[Reference]) -> Iterator[_Problem]:
    symbol = row.values.get("symbol")
    for use in uses:
        if symbol and use.symbol != symbol:
            yield "fail", f"is {symbol}, not {use.symbol}", f"map the id of {use.symbol}"
