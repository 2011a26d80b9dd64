"""SuiteTax: tax details that a script sets, and their nexus."""

from __future__ import annotations

from decimal import Decimal

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.list_entries import TaxCode
from consumer.sandbox.netsuite.suitescript import references
from consumer.sandbox.netsuite.suitescript.errors import ScriptError, invalid_reference, no_permission
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.item_lines import decimals_of
from consumer.sandbox.netsuite.suitescript.open_record import Draft
from consumer.sandbox.netsuite.suitescript.values import rounded

_EDIT = 3
_PERCENT = Decimal(100)
_READ_ONLY = (
    "A_SCRIPT_IS_ATTEMPTING_TO_EDIT_THE_1_SUBLIST_THIS_SUBLIST_IS_CURRENTLY_IN_READONLY_MODE_AND_CANNOT_BE_EDITED_"
    "CALL_YOUR_NETSUITE_ADMINISTRATOR_TO_DISABLE_THIS_SCRIPT_IF_YOU_NEED_TO_SUBMIT_THIS_RECORD"
)


def body_changed(account: Account, draft: Draft, field_id: str) -> None:
    """Check the override fields' permission and the nexus; without the override a nexus is reset."""
    if field_id in ("taxregoverride", "taxdetailsoverride"):
        _demand_permission(account)
    if field_id == "nexus" and draft.body.get("taxregoverride") is not True:
        draft.body.values["nexus"] = default_nexus(account, draft)
    elif field_id == "nexus":
        check_nexus(account, draft)


def _demand_permission(account: Account) -> None:
    # The field help of both fields states "Tax Details Tab" at Edit or higher.
    if account.profile.permissions.get("LIST_TAXDETAILSTAB", _EDIT) < _EDIT:
        raise no_permission("Tax Details Tab")


def default_nexus(account: Account, draft: Draft) -> str | None:
    """The nexus sourced from the entity: here the first in which its subsidiary is registered."""
    subsidiary = draft.body.text("subsidiary")
    if subsidiary is None or not account.profile.has_suitetax:
        return None
    return next(iter(account.lists.subsidiary(subsidiary).nexuses), None)


def check_nexus(account: Account, draft: Draft) -> None:
    """Raise INVALID_KEY_OR_REF for a nexus in which the subsidiary has no tax registration."""
    nexus, subsidiary = draft.body.text("nexus"), draft.body.text("subsidiary")
    if nexus and subsidiary and nexus not in account.lists.subsidiary(subsidiary).nexuses:
        raise invalid_reference("nexus", nexus, subsidiary)


def line_changed(account: Account, draft: Draft, line: FieldSet, field_id: str) -> None:
    """Check a field of a tax line: the tax type must belong to the nexus, the tax code to the type."""
    if draft.body.get("taxdetailsoverride") is not True:
        raise ScriptError(
            _READ_ONLY, "The sublist taxdetails is read only while Tax Details Override is off."
        )
    references.check(account, line, field_id)
    if field_id == "taxtype":
        _check_type(account, draft, line)
    if field_id == "taxcode":
        _check_code(account, line)
    if field_id == "taxamount" and isinstance(amount := line.get("taxamount"), Decimal):
        line.values["taxamount"] = rounded(amount, decimals_of(account, draft))


def _check_type(account: Account, draft: Draft, line: FieldSet) -> None:
    key = line.text("taxtype")
    if key and account.lists.tax_type(key).nexus != draft.body.text("nexus"):
        raise invalid_reference("taxtype", key)


def _check_code(account: Account, line: FieldSet) -> None:
    key, tax_type = line.text("taxcode"), line.text("taxtype")
    if key and tax_type and account.lists.tax_code(key).type != tax_type:
        raise invalid_reference("taxcode", key)


def check_matches(account: Account, draft: Draft) -> None:
    """Raise USER_ERROR for a tax line without item line, or of an item that is not taxable."""
    items = {line.text("taxdetailsreference"): line for line in draft.sublists["item"]}
    for line in draft.sublists["taxdetails"]:
        reference = line.text("taxdetailsreference")
        if reference not in items:
            text = f"The tax details reference {reference} does not match any line of the transaction."
            raise ScriptError("USER_ERROR", text)
        if not account.lists.item(items[reference].text("item") or "").taxable:
            text = f"Tax details line {reference} belongs to an item that is not taxable."
            raise ScriptError("USER_ERROR", text)


def compute(account: Account, draft: Draft) -> None:
    """Tax the taxable lines by a code of the nexus, as SuiteTax does at a save without override."""
    if not account.profile.switches.computes_tax or draft.body.get("taxdetailsoverride") is True:
        return
    code = _code_of_nexus(account, draft.body.text("nexus"))
    taxable = (line for line in draft.sublists["item"] if account.lists.item(line.text("item") or "").taxable)
    draft.sublists["taxdetails"] = [_computed(account, draft, line, code) for line in taxable] if code else []


def _code_of_nexus(account: Account, nexus: str | None) -> TaxCode | None:
    types = {one.id for one in account.profile.tax_types if one.nexus == nexus}
    return next((one for one in account.profile.tax_codes if one.type in types), None)


def _computed(account: Account, draft: Draft, item: FieldSet, code: TaxCode) -> FieldSet:
    line, net = draft.new_line("taxdetails"), item.get("amount")
    basis = net if isinstance(net, Decimal) else Decimal(0)
    line.values |= {
        "taxdetailsreference": item.text("taxdetailsreference"),
        "taxtype": code.type,
        "taxcode": code.id,
        "taxbasis": basis,
        "taxrate": code.rate,
        "taxamount": rounded(basis * code.rate / _PERCENT, decimals_of(account, draft)),
    }
    return line


def total(draft: Draft) -> Decimal:
    """The sum of the tax amounts."""
    amounts = (line.get("taxamount") for line in draft.sublists["taxdetails"])
    return sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
