"""Legacy tax: one tax item for the whole transaction, or an overriding amount."""

from __future__ import annotations

from decimal import Decimal

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript.open_record import Draft

_PERCENT = Decimal(100)


def start(account: Account, draft: Draft) -> None:
    """Set the customer's tax item, if the account has a default one."""
    codes = account.profile.tax_codes
    if account.profile.switches.computes_tax and "taxitem" in draft.body.table and codes:
        draft.body.values |= {"istaxable": True, "taxitem": codes[0].id, "taxrate": codes[0].rate}
        draft.is_stale = True


def body_changed(account: Account, draft: Draft, field_id: str) -> None:
    """Set the rate when the tax item changes."""
    if field_id == "taxitem":
        key = draft.body.text("taxitem")
        draft.body.values["taxrate"] = account.lists.tax_code(key).rate if key else None


def total(draft: Draft, net: Decimal) -> Decimal:
    """The tax on a net amount: the override, else by the rate; 0 when the transaction is not taxable."""
    override, rate = draft.body.get("taxamountoverride"), draft.body.get("taxrate")
    if draft.body.get("istaxable") is not True or draft.body.get("taxitem") is None:
        return Decimal(0)
    if isinstance(override, Decimal):
        return override
    return _taxable(draft, net) * rate / _PERCENT if isinstance(rate, Decimal) else Decimal(0)


def _taxable(draft: Draft, net: Decimal) -> Decimal:
    """The net amount without the lines that are marked as not taxable."""
    amounts = (line.get("amount") for line in draft.sublists["item"] if line.get("istaxable") is False)
    return net - sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
