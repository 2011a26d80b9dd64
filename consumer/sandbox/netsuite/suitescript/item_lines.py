"""Item lines: values sourced from the item, and quantity x rate = amount in the currency's decimals."""

from __future__ import annotations

from decimal import Decimal

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript import references
from consumer.sandbox.netsuite.suitescript.errors import ScriptError, invalid_reference
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.open_record import Draft
from consumer.sandbox.netsuite.suitescript.values import rounded

_CUSTOM_PRICE = "-1"


def changed(account: Account, draft: Draft, line: FieldSet, field_id: str) -> None:
    """Check references and source dependent values after a field of an item line was set."""
    references.check(account, line, field_id)
    match field_id:
        case "item":
            source_item(account, draft, line)
        case "quantity" | "rate":
            if field_id == "rate":
                line.values["price"] = _CUSTOM_PRICE
            line.values["amount"] = _product(account, draft, line)
        case "amount":
            line.values["amount"] = _in_currency(account, draft, _number(line, "amount"))
        case _:
            pass


def source_item(account: Account, draft: Draft, line: FieldSet) -> None:
    """Source values from the item; raises INVALID_KEY_OR_REF for one that cannot be sold."""
    key = line.text("item") or ""
    item = account.lists.item(key)
    subsidiary = draft.body.text("subsidiary")
    if not item.saleable:
        raise invalid_reference("item", key)
    if item.subsidiaries and subsidiary not in item.subsidiaries:
        raise outside(account, "item", key, subsidiary)
    line.values.setdefault("quantity", Decimal(1))
    line.values["description"] = item.description or None
    if item.rate is not None:
        line.values |= {"rate": item.rate, "amount": _product(account, draft, line)}


def outside(account: Account, field: str, key: str, subsidiary: str | None) -> ScriptError:
    """The error for an entity or item that does not belong to the transaction's subsidiary."""
    if account.profile.switches.outside_subsidiary == "INVALID_KEY_OR_REF":
        return invalid_reference(field, key, subsidiary)
    return ScriptError(
        f"INVALID_TRANS_SUB_{field.upper()}", f"The {field} does not belong to the subsidiary."
    )


def complete(account: Account, draft: Draft, line: FieldSet) -> None:
    """Set a line's missing amount, and its tax details reference."""
    if line.get("amount") is None and line.get("rate") is not None:
        line.values["amount"] = _product(account, draft, line)
    if line.get("amount") is not None:
        line.values["amount"] = _in_currency(account, draft, _number(line, "amount"))
    if "taxdetailsreference" in line.table and line.get("taxdetailsreference") is None:
        line.values["taxdetailsreference"] = f"{len(draft.sublists['item']) + 1}_{line.text('item')}"


def subtotal(account: Account, draft: Draft) -> Decimal:
    """The sum of the lines' amounts."""
    amounts = (_number(line, "amount") for line in draft.sublists["item"])
    return _in_currency(account, draft, sum(amounts, Decimal(0)))


def _product(account: Account, draft: Draft, line: FieldSet) -> Decimal | None:
    if line.get("rate") is None:
        return None
    quantity = Decimal(1) if line.get("quantity") is None else _number(line, "quantity")
    return _in_currency(account, draft, quantity * _number(line, "rate"))


def _number(line: FieldSet, field_id: str) -> Decimal:
    value = line.get(field_id)
    return value if isinstance(value, Decimal) else Decimal(0)


def _in_currency(account: Account, draft: Draft, amount: Decimal) -> Decimal:
    return rounded(amount, decimals_of(account, draft))


def decimals_of(account: Account, draft: Draft) -> int:
    """Decimals of the transaction's currency."""
    return account.lists.precision(draft.body.text("currency"))
