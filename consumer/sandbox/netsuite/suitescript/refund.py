"""
NetSuite's rules for customer refunds: the credits of a customer that are refunded, and the account.

A script creates a refund with its customer and selects credit memos and payments in sublist ``apply``, as
public scripts do; the amount is the sum of these lines. Deposits have another sublist, not emulated.
"""

from __future__ import annotations

from decimal import Decimal

from consumer.sandbox.netsuite.suitescript import apply_lines, periods
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.item_lines import decimals_of
from consumer.sandbox.netsuite.suitescript.open_record import Draft
from consumer.sandbox.netsuite.suitescript.payer import PayerRules
from consumer.sandbox.netsuite.suitescript.values import rounded

_DEPOSITED = "CustRfnd:B"


class RefundRules(PayerRules):
    """Rules of a refund: the amount is the sum of the selected lines."""

    not_initialised = "customerrefund made without its customer"

    def start(self, draft: Draft) -> None:
        """Set the defaults of a new record."""
        today = self._account.clock.now().date()
        draft.body.values |= {"trandate": today, "exchangerate": Decimal(1), "total": Decimal(0)}

    def line_changed(self, draft: Draft, sublist: str, line: FieldSet, field_id: str) -> None:
        """Set the amount of a selected line to its open amount."""
        del sublist
        draft.freshen()
        apply_lines.changed(line, field_id, None)

    def settle(self, draft: Draft, *, ignore_mandatory: bool) -> None:
        """
        Check and compute everything before a save.

        Raises:
            ScriptError: USER_ERROR when no line is selected or a mandatory field is empty.
        """
        self._complete(draft, ignore_mandatory=ignore_mandatory)
        if not apply_lines.ticked(draft):
            raise ScriptError("USER_ERROR", "You must select at least one credit to refund.")
        periods.check(self._account, draft)
        draft.body.values |= {"status": _DEPOSITED, "entity": draft.body.get("customer")}

    def _list_open(self, draft: Draft) -> None:
        apply_lines.list_credits(self._account, draft, draft.body.text("customer"))

    def _update(self, draft: Draft) -> None:
        draft.body.values["total"] = rounded(apply_lines.applied(draft), decimals_of(self._account, draft))
