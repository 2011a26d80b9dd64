"""
Receivables accounts: of a document its own, else the default of its customer or of the company.

Payments and credit memos settle only invoices of their own receivables account: the form of a payment
lists the open invoices of its account.
"""

from __future__ import annotations

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.saved_record import Saved
from consumer.sandbox.netsuite.suitescript.errors import invalid_reference
from consumer.sandbox.netsuite.suitescript.open_record import Draft

_TYPE = "AcctRec"
FIELDS = {
    "invoice": "account",
    "creditmemo": "account",
    "customerpayment": "aracct",
    "customerrefund": "aracct",
}
"""The field of the receivables account by record type."""


def default(account: Account, customer: Saved | None = None) -> str | None:
    """The default account of a customer's documents."""
    own = customer.fields.get("receivablesaccount") if customer is not None else None
    return own or next((one.id for one in account.profile.accounts if one.type == _TYPE), None)


def of(account: Account, draft: Draft) -> str | None:
    """The receivables account of an open record."""
    return draft.body.text(FIELDS[draft.kind.type]) or default(account)


def source(account: Account, draft: Draft, customer: Saved) -> None:
    """Set the customer's default on a record."""
    field = FIELDS.get(draft.kind.type)
    if field is not None:
        draft.body.values[field] = default(account, customer)


def check(account: Account, draft: Draft) -> None:
    """Raise INVALID_KEY_OR_REF for an account of another type."""
    field = FIELDS.get(draft.kind.type)
    chosen = draft.body.text(field) if field is not None else None
    kinds = {one.id: one.type for one in account.profile.accounts}
    if field is not None and chosen is not None and kinds.get(chosen) != _TYPE:
        raise invalid_reference(field, chosen)
