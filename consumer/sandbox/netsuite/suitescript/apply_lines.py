"""The apply sublist: NetSuite lists open invoices, scripts tick them; no lines can be added or removed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.open_items import OPEN
from consumer.sandbox.netsuite.saved_record import Saved
from consumer.sandbox.netsuite.suitescript import receivables
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.open_record import Draft
from consumer.sandbox.netsuite.suitescript.record_types import APPLY, REFUND

_TOO_MUCH = "You can not apply more than your total payments and credits"
_NOTHING = Decimal(0)
_CREDITS = {"creditmemo": "Credit Memo", "customerpayment": "Payment"}


def list_open(account: Account, draft: Draft, customer: str | None) -> None:
    """
    List a customer's open invoices in the draft's currency, subsidiary and receivables account.

    Invoices to which the saved record is applied are ticked, and their due amount includes the application.
    """
    own = _own(draft)
    found = [] if customer is None else _open_invoices(account, customer, own)
    key = (draft.body.text("currency"), draft.body.text("subsidiary"), receivables.of(account, draft))
    fitting = [invoice for invoice in found if _key_of(account, invoice) == key]
    lines = [_line(draft, invoice, own.get(invoice.id)) for invoice in fitting]
    draft.sublists[APPLY] = [*lines, *_refunds(account, draft)]


def list_credits(account: Account, draft: Draft, customer: str | None) -> None:
    """
    List the refundable credit memos and payments of a customer, in the draft's currency and account.

    Those that the saved refund pays are selected, and their due amount includes the refunded one.
    """
    own = _own(draft)
    found = [] if customer is None else _open_credits(account, customer, own)
    key = (draft.body.text("currency"), draft.body.text("subsidiary"), receivables.of(account, draft))
    fitting = [credit for credit in found if _key_of(account, credit) == key]
    draft.sublists[APPLY] = [_line(draft, credit, own.get(credit.id)) for credit in fitting]


def changed(line: FieldSet, field_id: str, available: Decimal | None) -> None:
    """Set the amount of a ticked line, at most `available`; None means no limit."""
    if field_id == "amount":
        line.values |= {"apply": bool(_amount(line)), "amount": _amount(line).quantize(_number(line, "due"))}
    elif line.get("apply") is True:
        due = _number(line, "due")
        line.values["amount"] = due if available is None else min(due, max(available, _NOTHING))
    else:
        line.values["amount"] = None


def check_line(line: FieldSet) -> None:
    """Raise USER_ERROR for an amount above the due amount or below zero."""
    if _amount(line) > _number(line, "due") or _amount(line) < 0:
        raise ScriptError("USER_ERROR", _TOO_MUCH)


def applied(draft: Draft) -> Decimal:
    """The sum of the ticked lines' amounts."""
    return sum((_amount(line) for line in draft.sublists[APPLY] if line.get("apply") is True), _NOTHING)


def summarise(draft: Draft, total: Decimal) -> None:
    """Update the applied and unapplied amounts."""
    used = applied(draft).quantize(total)
    draft.body.values |= {"applied": used, "unapplied": total - used, "amountremaining": total - used}


def settle(draft: Draft) -> None:
    """Complete and check every ticked line before a save."""
    for line in draft.sublists[APPLY]:
        if line.get("apply") is True and line.get("amount") is None:
            line.values["amount"] = _number(line, "due")
        if line.get("apply") is True:
            check_line(line)


def ticked(draft: Draft) -> bool:
    """Whether a line is ticked."""
    return any(line.get("apply") is True for line in draft.sublists[APPLY])


def tick(draft: Draft, doc: int, limit: Decimal) -> None:
    """Tick one document, as a transformation does, with an amount of at most `limit`."""
    for line in draft.sublists[APPLY]:
        if line.text("doc") == str(doc):
            line.values |= {"apply": True, "amount": min(_number(line, "due"), limit)}


def _own(draft: Draft) -> dict[int, Decimal]:
    rows = draft.saved.sublists.get(APPLY, []) if draft.saved is not None else []
    return {int(row["doc"]): Decimal(row["amount"]) for row in rows}


def _open_invoices(account: Account, customer: str, own: dict[int, Decimal]) -> list[Saved]:
    equal = {"entity": [customer], "status": [f"CustInvc:{OPEN}"]}
    found = {one.id: one for one in account.books.find(group="transaction", equal=equal)}
    for number in own:
        settled = account.books.get("transaction", number)
        if settled is not None:
            found[settled.id] = settled
    return [found[number] for number in sorted(found)]


def _open_credits(account: Account, customer: str, own: dict[int, Decimal]) -> list[Saved]:
    found = account.books.find(group="transaction", equal={"entity": [customer]})
    return [
        one
        for one in found
        if one.type in _CREDITS and (one.id in own or Decimal(one.fields.get("amountremaining") or "0") > 0)
    ]


def _refunds(account: Account, draft: Draft) -> list[FieldSet]:
    """The refunds of a saved credit memo or payment, as selected lines."""
    paid_back = account.books.settling(draft.saved.id) if draft.saved is not None else []
    return [_refund_line(draft, number, amount) for number, amount in paid_back]


def _refund_line(draft: Draft, number: int, amount: Decimal) -> FieldSet:
    line = draft.new_line(APPLY)
    line.values |= {"apply": True, "doc": str(number), "internalid": str(number), "line": "0"}
    line.values |= {"type": REFUND, "total": amount, "due": amount, "amount": amount}
    return line


def _key_of(account: Account, settled: Saved) -> tuple[str | None, str | None, str | None]:
    fields = settled.fields
    booked = fields.get(receivables.FIELDS[settled.type]) or receivables.default(account)
    return fields.get("currency"), fields.get("subsidiary"), booked


def _line(draft: Draft, invoice: Saved, own: Decimal | None) -> FieldSet:
    line, fields = draft.new_line(APPLY), invoice.fields
    remaining = Decimal(fields.get("amountremaining", "0"))
    number = str(invoice.id)
    line.values |= {
        "apply": own is not None,
        "doc": number,
        "internalid": number,
        "line": "0",
        "refnum": fields.get("tranid"),
        "type": _CREDITS.get(invoice.type, "Invoice"),
        "applydate": _day(fields.get("trandate")),
        "duedate": _day(fields.get("duedate")),
        "total": Decimal(fields.get("total", "0")),
        "due": remaining + (own or _NOTHING),
        "amount": own,
    }
    return line


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _amount(line: FieldSet) -> Decimal:
    return _number(line, "amount")


def _number(line: FieldSet, field_id: str) -> Decimal:
    value = line.get(field_id)
    return value if isinstance(value, Decimal) else _NOTHING
