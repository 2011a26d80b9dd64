"""`record.transform`: a record made from another, with the values that NetSuite copies."""

from __future__ import annotations

from decimal import Decimal

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.open_items import VOIDED
from consumer.sandbox.netsuite.saved_record import Saved
from consumer.sandbox.netsuite.suitescript import apply_lines, approval
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.open_record import Draft
from consumer.sandbox.netsuite.suitescript.payment import PaymentRules

ALLOWED = frozenset(
    {
        ("invoice", "creditmemo"),
        ("invoice", "customerpayment"),
        ("customer", "customerpayment"),
        ("salesorder", "invoice"),
    }
)
"""The emulated ones of NetSuite's transformations (Oracle section_4267258715)."""
_NOT_CARRIED = frozenset(
    {
        "externalid",
        "tranid",
        "trandate",
        "postingperiod",
        "status",
        "duedate",
        "terms",
        "entity",
        "orderstatus",
    }
)
_TAX_LINES = "taxdetails"


def check(from_type: str, to_type: str) -> None:
    """Raise INVALID_RCRD_TRANSFRM for a transformation that is not in `ALLOWED`."""
    if (from_type, to_type) not in ALLOWED:
        text = "That type of record transformation is not allowed."
        raise ScriptError("INVALID_RCRD_TRANSFRM", text)


def fill(account: Account, source: Saved, draft: Draft) -> None:
    """
    Copy the values that the new record takes from its source.

    Raises:
        ScriptError: INVALID_INITIALIZE_REF when nothing is due, or the source is voided.
    """
    is_customer = source.group == "entity"
    due = Decimal(source.fields.get("amountremaining", "0"))
    is_void = str(source.fields.get("status", "")).endswith(f":{VOIDED}")
    is_payable = is_customer or (due > 0 and approval.is_open(str(source.fields.get("status", ""))))
    if is_void or (draft.kind.type == "customerpayment" and not is_payable):
        text = f"You can not initialize {draft.kind.type}: invalid reference {source.id}."
        raise ScriptError("INVALID_INITIALIZE_REF", text)
    customer = str(source.id) if is_customer else source.fields["entity"]
    if isinstance(draft.rules, PaymentRules):
        _fill_payment(draft, draft.rules, source, customer, due)
    else:
        _fill_document(account, draft, source, customer)


def _fill_payment(draft: Draft, rules: PaymentRules, source: Saved, customer: str, due: Decimal) -> None:
    rules.was_initialised = True
    _put(draft, "customer", customer)
    if source.group == "entity":
        return
    if "subsidiary" in draft.body.table:
        _put(draft, "subsidiary", source.fields["subsidiary"])
    if "currency" in source.fields:
        _put(draft, "currency", source.fields["currency"])
    _carry_custom_fields(draft, source)
    apply_lines.tick(draft, source.id, due)
    rules.refresh(draft)


def _fill_document(account: Account, draft: Draft, source: Saved, customer: str) -> None:
    _put(draft, "entity", customer)
    carried = FieldSet(account.catalogue.body(source.type), account.profile)
    carried.restore(source.fields)
    for name, value in carried.values.items():
        field = draft.body.field(name)
        if field is not None and not field.computed and name not in _NOT_CARRIED:
            draft.body.values[name] = value
    draft.body.values["createdfrom"] = str(source.id)
    keeps_taxes = account.profile.switches.transform_taxes == "keep"
    for name in ("item", *((_TAX_LINES,) if keeps_taxes else ())):
        draft.sublists[name] = [_copied(draft, name, row) for row in source.sublists.get(name, [])]
    if not keeps_taxes:
        draft.body.values |= {name: False for name in ("taxdetailsoverride",) if name in draft.body.table}
    draft.rules.opened(draft)
    draft.rules.refresh(draft)
    if draft.kind.is_applied:
        total = draft.body.get("total")
        apply_lines.tick(draft, source.id, total if isinstance(total, Decimal) else Decimal(0))
        draft.rules.refresh(draft)


def _copied(draft: Draft, sublist: str, row: dict[str, object]) -> FieldSet:
    line = draft.new_line(sublist)
    line.restore(row)
    return line


def _put(draft: Draft, field_id: str, raw: str) -> None:
    draft.body.put(field_id, raw)
    draft.rules.body_changed(draft, field_id)


def _carry_custom_fields(draft: Draft, source: Saved) -> None:
    custom = {name: value for name, value in source.fields.items() if name.startswith("custbody_")}
    draft.body.restore(custom)
