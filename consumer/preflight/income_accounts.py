"""The types of accounts of mapped items: income for sales, a liability for prepayments and taxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from consumer.config.connection import Connection
from consumer.preflight import menu_paths, reference, role
from consumer.preflight.account_facts import Facts
from consumer.preflight.finding import Finding, ok
from consumer.preflight.reference import Reference
from schemas.reading import CatalogQuestion, CatalogRow, Kind

INCOME = frozenset({"Income", "OthIncome", "DeferRevenue"})
LIABILITY = frozenset({"DeferRevenue", "OthCurrLiab", "LongTermLiab"})
DEPOSIT = frozenset({"Bank", "OthCurrAsset"})
"""Types of accounts that payments can be deposited to, Undeposited Funds among them."""
RECEIVABLE = frozenset({"AcctRec"})
_EITHER = INCOME | LIABILITY
_OF_USE: Mapping[str, tuple[frozenset[str], str]] = {
    "prepaid_credit": (
        LIABILITY,
        "a liability or deferred revenue, since prepaid credits are owed until spent",
    ),
    "prepaid_credit_granted": (
        frozenset({"Income", "OthIncome", "Expense", "OthExpense", "COGS"}),
        "income or an expense, since nobody has paid for granted credits",
    ),
    "progressive_billing": (_EITHER, "income or a liability"),
    "credit_note": (_EITHER, "income or a liability"),
    "tax.item": (LIABILITY, "a liability, since tax is owed"),
}
_SOLD = (INCOME, "income or deferred revenue")


def further_questions(connection: Connection, facts_of_items: Mapping[str, CatalogRow]) -> tuple[
    CatalogQuestion, ...
]:  # fmt: skip
    """The request for the accounts of the mapped items, whose ids are in the rows of the items."""
    named = [one.id for one in reference.all_of(connection) if one.kind == "accounts"]
    posted = [row.values.get("account", "") for row in facts_of_items.values()]
    ids = tuple(dict.fromkeys(id_ for id_ in (*named, *posted) if id_))
    return (CatalogQuestion(kind="accounts", ids=ids),) if set(ids) - set(named) else ()


def findings(connection: Connection, facts: Facts) -> Iterator[Finding]:
    """One finding for each account whose type does not suit the use of its items."""
    kinds: tuple[Kind, ...] = ("items", "accounts")
    if not all(role.sees(facts, kind) for kind in kinds) or facts.listed("accounts").trouble is not None:
        return
    unsuited = sorted(_unsuited(connection, facts), key=lambda one: (one[0].id, one[2]))
    for account_id, several in groupby(unsuited, key=lambda one: one[0].id):
        yield _finding(connection, account_id, list(several))
    if not unsuited and facts.listed("items").rows:
        yield ok("income_accounts", "mapped items post to accounts that suit them")


_Unsuited = tuple[CatalogRow, Reference, str]


def _unsuited(connection: Connection, facts: Facts) -> Iterator[_Unsuited]:
    items, accounts = facts.listed("items").rows, facts.listed("accounts").rows
    for use in reference.all_of(connection):
        item = items.get(use.id) if use.kind == "items" else None
        account = accounts.get(item.values.get("account", "")) if item and not item.inactive else None
        if account is None or not account.values.get("type") or _is_named_otherwise(use, account):
            continue
        types, wanted = _OF_USE.get(_use_of(use.path), _SOLD)
        if account.values["type"] not in types:
            yield account, use, wanted


def _is_named_otherwise(use: Reference, account: CatalogRow) -> bool:
    """Whether the mapping expects another account; then only `mapped_ids` has a finding."""
    return bool(use.account) and use.account not in (account.id, account.values.get("number"))


def _use_of(path: str) -> str:
    """The setting without its level: ``prepaid_credit`` of ``mapping.billing_entities.fr.prepaid_credit``."""
    return "tax.item" if path.endswith(".tax.item") else path.rpartition(".")[2]


def _finding(connection: Connection, account_id: str, several: list[_Unsuited]) -> Finding:
    account, _, wanted = several[0]
    uses = [use for _, use, _ in several]
    items = ", ".join(dict.fromkeys(f"{use.id} ({use.path})" for use in uses))
    return Finding(
        id=f"income_account.{account_id}",
        status="warn",
        says=f"account {account.name!r} is of type {account.values['type']}, and items post to it: {items}",
        menu=menu_paths.ITEMS,
        fix=f"give the item an income account that is {wanted}, or map another item",
        where=", ".join(dict.fromkeys(connection.at(use.path) for use in uses)),
    )
