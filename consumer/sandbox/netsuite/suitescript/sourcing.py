"""Sourcing: values that a transaction takes from its customer, and checks against the customer."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.saved_record import Saved
from consumer.sandbox.netsuite.suitescript import (
    item_lines,
    receivables,
    references,
    subsidiary_relationship,
    tax_details,
)
from consumer.sandbox.netsuite.suitescript.errors import invalid_reference
from consumer.sandbox.netsuite.suitescript.open_record import Draft
from consumer.sandbox.netsuite.suitescript.values import Value

_BROUGHT = ("subsidiary", "currency", "terms", "email")


def customer_of(account: Account, draft: Draft) -> Saved | None:
    """The active customer of the draft; None without one."""
    field = "customer" if "customer" in draft.body.table else "entity"
    return references.customer(account, draft.body.text(field))


def sourced(account: Account, draft: Draft) -> dict[str, Value]:
    """Set the values that come from the draft's customer, and return them; empty without a customer."""
    found = customer_of(account, draft)
    if found is None:
        return {}
    table = draft.body.table
    brought: dict[str, Any] = {key: found.fields.get(key) for key in _BROUGHT if key in table}
    draft.body.values |= brought
    nexus = tax_details.default_nexus(account, draft) if "nexus" in table else None
    derived: dict[str, Value] = {
        "exchangerate": exchange_rate(account, draft),
        "duedate": due_date(account, draft),
        "nexus": nexus,
    }
    receivables.source(account, draft, found)
    taken = brought | {key: value for key, value in derived.items() if key in table}
    draft.body.values |= taken
    return taken


def exchange_rate(account: Account, draft: Draft) -> Decimal:
    """The exchange rate of the draft's currency to the base currency."""
    key = draft.body.text("currency")
    return account.lists.currency(key).rate if key else Decimal(1)


def due_date(account: Account, draft: Draft) -> date | None:
    """The date plus the days of the payment terms; None without terms or date."""
    terms, issued = draft.body.text("terms"), draft.body.get("trandate")
    if terms is None or not isinstance(issued, date):
        return None
    return issued + timedelta(days=account.lists.term(terms).days)


def check_subsidiary(account: Account, draft: Draft) -> None:
    """Raise when the customer belongs to another subsidiary."""
    found, subsidiary = customer_of(account, draft), draft.body.text("subsidiary")
    if found is None or found.fields.get("subsidiary") == subsidiary:
        return
    if subsidiary not in subsidiary_relationship.of_customer(account, str(found.id)):
        raise item_lines.outside(account, "entity", str(found.id), subsidiary)


def check_currency(account: Account, draft: Draft) -> None:
    """Raise INVALID_KEY_OR_REF for a currency that the customer does not have."""
    found, currency = customer_of(account, draft), draft.body.text("currency")
    if found is None or "MULTICURRENCY" not in account.profile.features:
        return
    others = {line.get("currency") for line in found.sublists.get("currency", [])}
    if currency not in {found.fields.get("currency"), *others}:
        raise invalid_reference("currency", currency)
