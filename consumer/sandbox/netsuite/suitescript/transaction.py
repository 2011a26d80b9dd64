"""NetSuite's rules for invoices, credit memos and sales orders: sourcing, totals, amounts remaining."""

from __future__ import annotations

from decimal import Decimal

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.open_items import OPEN, PAID, VOIDED
from consumer.sandbox.netsuite.suitescript import (
    apply_lines,
    approval,
    item_lines,
    legacy_tax,
    mandatory_fields,
    periods,
    receivables,
    references,
    sourcing,
    tax_details,
)
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.open_record import Draft
from consumer.sandbox.netsuite.suitescript.record_types import APPLY
from consumer.sandbox.netsuite.suitescript.values import rounded

_PENDING_APPROVAL = "A"
_LISTS_ANEW = frozenset({"entity", "subsidiary", "currency", "account"})


class TransactionRules:
    """
    The rules of transactions with item lines.

    Scripts set the entity first, since subsidiary, currency, terms and nexus come from it; then lines, then
    taxes.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def start(self, draft: Draft) -> None:
        """Set the defaults of a new record."""
        draft.body.values |= {"trandate": self._account.clock.now().date(), "exchangerate": Decimal(1)}
        if "orderstatus" in draft.body.table:
            draft.body.values["orderstatus"] = _PENDING_APPROVAL
        approval.start(self._account, draft)
        self._update_totals(draft)

    def opened(self, draft: Draft) -> None:
        """List the invoices to which a credit memo can be applied."""
        self._list_open(draft)

    def body_changed(self, draft: Draft, field_id: str) -> None:
        """Check and source dependent values after a body field was set."""
        account = self._account
        references.check(account, draft.body, field_id)
        match field_id:
            case "entity":
                sourcing.sourced(account, draft)
                legacy_tax.start(account, draft)
            case "subsidiary":
                sourcing.check_subsidiary(account, draft)
            case "currency":
                sourcing.check_currency(account, draft)
                draft.body.values["exchangerate"] = sourcing.exchange_rate(account, draft)
            case "terms" | "trandate" if "duedate" in draft.body.table:
                draft.body.values["duedate"] = sourcing.due_date(account, draft) or draft.body.get("duedate")
            case _:
                self._tax_field_changed(draft, field_id)
        if field_id in _LISTS_ANEW:
            self._list_open(draft)

    def _tax_field_changed(self, draft: Draft, field_id: str) -> None:
        if self._account.profile.has_suitetax:
            tax_details.body_changed(self._account, draft, field_id)
            return
        legacy_tax.body_changed(self._account, draft, field_id)
        draft.is_stale = True

    def line_changed(self, draft: Draft, sublist: str, line: FieldSet, field_id: str) -> None:
        """Check and source dependent values after a field of the current line was set."""
        if sublist == "taxdetails":
            tax_details.line_changed(self._account, draft, line, field_id)
        elif sublist == APPLY:
            draft.freshen()
            others = apply_lines.applied(draft) - _before(draft, line)
            apply_lines.changed(line, field_id, _total(draft) - others)
        else:
            item_lines.changed(self._account, draft, line, field_id)

    def check_line(self, draft: Draft, sublist: str, line: FieldSet) -> None:
        """
        Raise for an item line without item or an applied amount that is not due; set the item line's amount.
        """
        if sublist == APPLY:
            apply_lines.check_line(line)
        if sublist != "item":
            return
        if line.get("item") is None:
            raise ScriptError("USER_ERROR", "Please choose an item to add")
        item_lines.complete(self._account, draft, line)

    def refresh(self, draft: Draft) -> None:
        """Compute the totals."""
        self._update_totals(draft)

    def settle(self, draft: Draft, *, ignore_mandatory: bool) -> None:
        """Check and compute everything before a save."""
        if not draft.dynamic:
            self._replay(draft)
        one_world = ("subsidiary",) if self._account.profile.is_one_world else ()
        mandatory_fields.demand(draft, one_world, ignore_mandatory=ignore_mandatory)
        receivables.check(self._account, draft)
        if not draft.sublists["item"]:
            text = "You must have at least one valid line item for this transaction."
            raise ScriptError("VALID_LINE_ITEM_REQD", text)
        if self._account.profile.has_suitetax:
            tax_details.compute(self._account, draft)
            tax_details.check_matches(self._account, draft)
        self._update_totals(draft)
        periods.check(self._account, draft)
        self._close(draft)

    def _replay(self, draft: Draft) -> None:
        # Standard mode: values are sourced and checked at the save, and those that the script set stay.
        given = {key: value for key, value in draft.body.values.items() if value is not None}
        references.check(self._account, draft.body, "entity")
        sourcing.sourced(self._account, draft)
        draft.body.values |= given
        for field_id in given:
            if field_id not in ("entity", "terms", "trandate"):
                self._replay_field(draft, field_id)
        for line in draft.sublists["item"]:
            self._replay_line(draft, line)
        for line in draft.sublists["taxdetails"]:
            for field_id in tuple(line.values):
                tax_details.line_changed(self._account, draft, line, field_id)

    def _replay_field(self, draft: Draft, field_id: str) -> None:
        listed = draft.sublists.get(APPLY)
        self.body_changed(draft, field_id)
        if listed is not None:  # lines that the script ticked stay ticked
            draft.sublists[APPLY] = listed

    def _replay_line(self, draft: Draft, line: FieldSet) -> None:
        given = {key: value for key, value in line.values.items() if value is not None}
        for field_id in given:
            references.check(self._account, line, field_id)
        if "item" in given:
            item_lines.source_item(self._account, draft, line)
        line.values |= given
        item_lines.complete(self._account, draft, line)

    def _list_open(self, draft: Draft) -> None:
        if draft.kind.is_applied:
            apply_lines.list_open(self._account, draft, draft.body.text("entity"))

    def _update_totals(self, draft: Draft) -> None:
        net = item_lines.subtotal(self._account, draft)
        decimals = item_lines.decimals_of(self._account, draft)
        exact = (
            tax_details.total(draft) if self._account.profile.has_suitetax else legacy_tax.total(draft, net)
        )
        tax = rounded(exact, decimals)
        draft.body.values |= {"subtotal": net, "taxtotal": tax, "total": net + tax}
        if draft.kind.is_applied:
            apply_lines.summarise(draft, net + tax)

    def _close(self, draft: Draft) -> None:
        total, is_voided = _total(draft), _is_voided(draft)
        if total < 0 or self._is_subtotal_refused(draft):
            raise ScriptError("INVALID_TRANS_AMT", "The total of this transaction may not be negative.")
        if is_voided and total:
            text = "The G/L impact of a voided transaction cannot be changed."
            raise ScriptError("CANT_MODIFY_VOID_TRANS", text)
        due = self._due(draft, total)
        if "amountremaining" in draft.body.table:
            draft.body.values["amountremaining"] = due
        draft.body.values["status"] = _status(draft, due, is_voided=is_voided)
        if not self._account.profile.switches.tranid_override and draft.saved is None:
            draft.body.values["tranid"] = None

    def _is_subtotal_refused(self, draft: Draft) -> bool:
        subtotal = draft.body.get("subtotal")
        is_negative = isinstance(subtotal, Decimal) and subtotal < 0
        return is_negative and self._account.profile.switches.negative_subtotal == "refuse"

    def _due(self, draft: Draft, total: Decimal) -> Decimal:
        if draft.kind.is_applied:
            apply_lines.settle(draft)
            apply_lines.summarise(draft, total)
            due = total - apply_lines.applied(draft)
        else:
            due = total - (self._account.books.settled(draft.saved.id) if draft.saved else Decimal(0))
        if due < 0:
            raise ScriptError("USER_ERROR", "You can not apply more than your total payments and credits")
        return due


def _before(draft: Draft, line: FieldSet) -> Decimal:
    standing = (one for one in draft.sublists[APPLY] if one.get("doc") == line.get("doc"))
    amounts = (one.get("amount") for one in standing if one.get("apply") is True)
    return sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))


def _total(draft: Draft) -> Decimal:
    total = draft.body.get("total")
    return total if isinstance(total, Decimal) else Decimal(0)


def _is_voided(draft: Draft) -> bool:
    return draft.saved is not None and str(draft.saved.fields.get("status", "")).endswith(f":{VOIDED}")


def _status(draft: Draft, due: Decimal, *, is_voided: bool) -> str:
    if is_voided:
        return f"{draft.kind.code}:{VOIDED}"
    if draft.kind.type == "salesorder":
        return f"{draft.kind.code}:{draft.body.text('orderstatus')}"
    return f"{draft.kind.code}:{approval.status(draft) or (OPEN if due else PAID)}"
