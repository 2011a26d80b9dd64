"""What NetSuite does by itself to sales transactions: sourcing, totals, periods, numbers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from consumer.sandbox.account import Account
from consumer.sandbox.books import Saved
from consumer.sandbox.suitescript import item_lines, mandatory, references, tax_details
from consumer.sandbox.suitescript.draft import Draft
from consumer.sandbox.suitescript.errors import ScriptError, invalid_reference
from consumer.sandbox.suitescript.fieldset import FieldSet
from consumer.sandbox.suitescript.values import Value, rounded

_CLOSED = "You cannot change the G/L impact of a transaction in a closed period."
_NO_PERIOD = "Insert Transaction Failure: No valid, open, posting period exists for the transaction date."
_OPEN, _PAID = "CustInvc:A", "CustInvc:B"


class TransactionRules:
    """Entity first, since it decides subsidiary, currency, terms and nexus; then lines; then taxes."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def start(self, draft: Draft) -> None:
        """Give a new record its defaults."""
        draft.body.values |= {"trandate": self._account.clock.now().date(), "exchangerate": Decimal(1)}
        self._update_totals(draft)

    def body_changed(self, draft: Draft, field_id: str) -> None:
        """Check and source after a body field was set."""
        references.check(self._account, draft.body, field_id)
        match field_id:
            case "entity":
                draft.body.values |= self._sourced(draft)
            case "subsidiary":
                self._check_subsidiary(draft)
            case "currency":
                self._check_currency(draft)
                draft.body.values["exchangerate"] = self._exchange_rate(draft)
            case "terms" | "trandate":
                draft.body.values["duedate"] = self._due_date(draft) or draft.body.get("duedate")
            case _:
                self._tax_field_changed(draft, field_id)

    def _tax_field_changed(self, draft: Draft, field_id: str) -> None:
        if self._account.profile.has_suitetax:
            tax_details.body_changed(self._account, draft, field_id)

    def line_changed(self, draft: Draft, sublist: str, line: FieldSet, field_id: str) -> None:
        """Check and source after a field of the current line was set."""
        if sublist == "taxdetails":
            tax_details.line_changed(self._account, draft, line, field_id)
        else:
            item_lines.changed(self._account, draft, line, field_id)

    def check_line(self, draft: Draft, sublist: str, line: FieldSet) -> None:
        """An item line needs its item; it gets its amount and its tax reference."""
        if sublist != "item":
            return
        if line.get("item") is None:
            raise ScriptError("USER_ERROR", "Please choose an item to add")
        item_lines.complete(self._account, draft, line)

    def lines_changed(self, draft: Draft, sublist: str) -> None:
        """Bring the totals up to date."""
        del sublist
        self._update_totals(draft)

    def settle(self, draft: Draft, *, ignore_mandatory: bool) -> None:
        """Check and compute all that must be right before a save."""
        if not draft.dynamic:
            self._replay(draft)
        one_world = ("subsidiary",) if self._account.profile.is_one_world else ()
        mandatory.demand(draft, one_world, ignore_mandatory=ignore_mandatory)
        if not draft.sublists["item"]:
            text = "You must have at least one valid line item for this transaction."
            raise ScriptError("VALID_LINE_ITEM_REQD", text)
        tax_details.check_matches(self._account, draft)
        self._update_totals(draft)
        self._check_period(draft)
        self._close(draft)

    def _replay(self, draft: Draft) -> None:
        # Standard mode: everything is sourced and checked at save, and what the script set stays.
        given = {key: value for key, value in draft.body.values.items() if value is not None}
        references.check(self._account, draft.body, "entity")
        draft.body.values |= self._sourced(draft) | given
        for field_id in given:
            if field_id not in ("entity", "terms", "trandate"):
                self.body_changed(draft, field_id)
        for line in draft.sublists["item"]:
            self._replay_line(draft, line)
        for line in draft.sublists["taxdetails"]:
            for field_id in tuple(line.values):
                tax_details.line_changed(self._account, draft, line, field_id)

    def _replay_line(self, draft: Draft, line: FieldSet) -> None:
        given = {key: value for key, value in line.values.items() if value is not None}
        for field_id in given:
            references.check(self._account, line, field_id)
        if "item" in given:
            item_lines.source_item(self._account, draft, line)
        line.values |= given
        item_lines.complete(self._account, draft, line)

    def _customer(self, draft: Draft) -> Saved | None:
        return references.customer(self._account, draft.body.text("entity"))

    def _sourced(self, draft: Draft) -> dict[str, Value]:
        found = self._customer(draft)
        if found is None:
            return {}
        brought: dict[str, Any] = {
            key: found.fields.get(key) for key in ("subsidiary", "currency", "terms", "email")
        }
        draft.body.values |= brought
        rate, due, nexus = self._exchange_rate(draft), self._due_date(draft), None
        if self._account.profile.has_suitetax:
            nexus = tax_details.default_nexus(self._account, draft)
        derived: dict[str, Value] = {"exchangerate": rate, "duedate": due, "nexus": nexus}
        return brought | {key: value for key, value in derived.items() if key in draft.body.table}

    def _check_subsidiary(self, draft: Draft) -> None:
        found, subsidiary = self._customer(draft), draft.body.text("subsidiary")
        if found is not None and found.fields.get("subsidiary") != subsidiary:
            raise item_lines.outside(self._account, "entity", str(found.id), subsidiary)

    def _check_currency(self, draft: Draft) -> None:
        found, currency = self._customer(draft), draft.body.text("currency")
        if found is None or "MULTICURRENCY" not in self._account.profile.features:
            return
        others = {line.get("currency") for line in found.sublists.get("currency", [])}
        if currency not in {found.fields.get("currency"), *others}:
            raise invalid_reference("currency", currency)

    def _exchange_rate(self, draft: Draft) -> Decimal:
        key = draft.body.text("currency")
        return self._account.lists.currency(key).rate if key else Decimal(1)

    def _due_date(self, draft: Draft) -> date | None:
        terms, issued = draft.body.text("terms"), draft.body.get("trandate")
        if terms is None or not isinstance(issued, date):
            return None
        return issued + timedelta(days=self._account.lists.term(terms).days)

    def _update_totals(self, draft: Draft) -> None:
        net = item_lines.subtotal(self._account, draft)
        tax = rounded(tax_details.total(draft), item_lines.decimals_of(self._account, draft))
        draft.body.values |= {"subtotal": net, "taxtotal": tax, "total": net + tax}

    def _check_period(self, draft: Draft) -> None:
        key, issued = draft.body.text("postingperiod"), draft.body.get("trandate")
        if "ACCOUNTINGPERIODS" not in self._account.profile.features or not isinstance(issued, date):
            return
        # A new date moves the transaction into its period, unless the script chose the period itself.
        period = self._account.lists.period(key) if key else self._account.lists.period_of(issued)
        if period is None:
            raise ScriptError("VALID_PRD_REQD", _NO_PERIOD)
        if (period.closed or period.ar_locked) and not self._account.profile.permissions.get(
            "ADMI_PERIODOVERRIDE", 0
        ):
            raise ScriptError(self._account.profile.switches.closed_period, _CLOSED)
        draft.body.values["postingperiod"] = period.id

    def _close(self, draft: Draft) -> None:
        body = draft.body
        total = body.get("total")
        if isinstance(total, Decimal) and total < 0:
            raise ScriptError("INVALID_TRANS_AMT", "The total of this transaction may not be negative.")
        body.values["status"] = _PAID if total == 0 else _OPEN
        body.values["amountremaining"] = total
        if not self._account.profile.switches.tranid_override and draft.saved is None:
            body.values["tranid"] = None
