"""
NetSuite's rules for customer refunds: the credits of a customer that are refunded, and the account.

A script creates a refund with its customer and selects credit memos and payments in sublist ``apply``, as
public scripts do; the amount is the sum of these lines. Deposits have another sublist, not emulated.
"""

from __future__ import annotations

from decimal import Decimal

import structlog

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript import apply_lines, payer, periods
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.item_lines import decimals_of
from consumer.sandbox.netsuite.suitescript.open_record import Draft
from consumer.sandbox.netsuite.suitescript.values import rounded

_log = structlog.get_logger(__name__)
_DEPOSITED = "CustRfnd:B"


class RefundRules:
    """Rules of a refund: the amount is the sum of the selected lines."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.was_initialised = False
        """Whether the refund was created with its customer."""

    def start(self, draft: Draft) -> None:
        """Set the defaults of a new record."""
        today = self._account.clock.now().date()
        draft.body.values |= {"trandate": today, "exchangerate": Decimal(1), "total": Decimal(0)}

    def opened(self, draft: Draft) -> None:
        """List open credits and those that the refund pays."""
        self.was_initialised = True
        self._list_open(draft)

    def body_changed(self, draft: Draft, field_id: str) -> None:
        """Check a body field that was set, and source the values that depend on it."""
        payer.changed(self._account, draft, field_id)
        if field_id in payer.LISTS_ANEW:
            self._list_open(draft)
        self._update(draft)

    def line_changed(self, draft: Draft, sublist: str, line: FieldSet, field_id: str) -> None:
        """Set the amount of a selected line to its open amount."""
        del sublist
        draft.freshen()
        apply_lines.changed(line, field_id, None)

    def check_line(self, draft: Draft, sublist: str, line: FieldSet) -> None:
        """Raise when the refunded amount of a line exceeds its open amount."""
        del draft, sublist
        apply_lines.check_line(line)

    def refresh(self, draft: Draft) -> None:
        """Compute the amount."""
        self._update(draft)

    def settle(self, draft: Draft, *, ignore_mandatory: bool) -> None:
        """
        Check and compute everything before a save.

        Raises:
            ScriptError: USER_ERROR when no line is selected or a mandatory field is empty.
        """
        if not draft.dynamic:
            payer.replay(self._account, draft)
        if not self.was_initialised:
            _log.warning("sandbox_fidelity", reason="customerrefund made without its customer")
        payer.settle(self._account, draft, ignore_mandatory=ignore_mandatory)
        self._update(draft)
        if not apply_lines.ticked(draft):
            raise ScriptError("USER_ERROR", "You must select at least one credit to refund.")
        periods.check(self._account, draft)
        draft.body.values |= {"status": _DEPOSITED, "entity": draft.body.get("customer")}

    def _list_open(self, draft: Draft) -> None:
        apply_lines.list_credits(self._account, draft, draft.body.text("customer"))

    def _update(self, draft: Draft) -> None:
        draft.body.values["total"] = rounded(apply_lines.applied(draft), decimals_of(self._account, draft))
