"""NetSuite's rules for customer payments: open invoices, applied and unapplied amounts."""

from __future__ import annotations

from decimal import Decimal

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript import apply_lines, periods
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.item_lines import decimals_of
from consumer.sandbox.netsuite.suitescript.open_record import Draft
from consumer.sandbox.netsuite.suitescript.payer import PayerRules
from consumer.sandbox.netsuite.suitescript.record_types import APPLY
from consumer.sandbox.netsuite.suitescript.values import rounded

_NOT_DEPOSITED, _DEPOSITED = "CustPymt:B", "CustPymt:C"


class PaymentRules(PayerRules):
    """The amount is the sum of the ticked lines until a script sets it; then the rest stays unapplied."""

    not_initialised = "customerpayment made without transform or defaultValues"

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._is_amount_set = False

    def start(self, draft: Draft) -> None:
        """Set the defaults of a new record."""
        draft.body.values |= {
            "trandate": self._account.clock.now().date(),
            "exchangerate": Decimal(1),
            "undepfunds": "T",
            "payment": Decimal(0),
        }

    def opened(self, draft: Draft) -> None:
        """List open invoices and those to which the payment is applied."""
        self._is_amount_set = True
        super().opened(draft)

    def line_changed(self, draft: Draft, sublist: str, line: FieldSet, field_id: str) -> None:
        """
        Set the amount of a ticked line to what is due, within the payment's amount when a script set that.
        """
        del sublist
        draft.freshen()
        standing = (one for one in draft.sublists[APPLY] if one.get("doc") == line.get("doc"))
        before = sum((_number(one, "amount") for one in standing if one.get("apply") is True), Decimal(0))
        left = _number(draft.body, "payment") - apply_lines.applied(draft) + before
        apply_lines.changed(line, field_id, left if self._is_amount_set else None)

    def settle(self, draft: Draft, *, ignore_mandatory: bool) -> None:
        """
        Check and compute everything before a save.

        Raises:
            ScriptError: TRANS_APPLIED_AMTS_UNBALNCD when more is applied than paid.
        """
        self._complete(draft, ignore_mandatory=ignore_mandatory)
        paid, applied = _number(draft.body, "payment"), apply_lines.applied(draft)
        if paid <= 0:
            raise ScriptError("USER_ERROR", "Please enter value(s) for: Payment Amount")
        if applied > paid:
            text = f"The amounts applied ({applied}) differ from the amount of the payment ({paid})."
            raise ScriptError("TRANS_APPLIED_AMTS_UNBALNCD", text)
        periods.check(self._account, draft)
        draft.body.values["status"] = _NOT_DEPOSITED if draft.body.get("undepfunds") == "T" else _DEPOSITED
        draft.body.values["entity"] = draft.body.get("customer")

    def _source(self, draft: Draft, field_id: str) -> None:
        super()._source(draft, field_id)
        match field_id:
            case "payment":
                self._is_amount_set = True
            case "account":
                draft.body.values["undepfunds"] = "F"
            case "undepfunds" if draft.body.get("undepfunds") == "T":
                draft.body.values["account"] = None
            case _:
                pass

    def _replay(self, draft: Draft) -> None:
        self._is_amount_set = bool(draft.body.get("payment"))
        super()._replay(draft)

    def _list_open(self, draft: Draft) -> None:
        apply_lines.list_open(self._account, draft, draft.body.text("customer"))

    def _update(self, draft: Draft) -> None:
        if not self._is_amount_set:
            draft.body.values["payment"] = apply_lines.applied(draft)
        amount = rounded(_number(draft.body, "payment"), decimals_of(self._account, draft))
        draft.body.values |= {"payment": amount, "total": amount}
        apply_lines.summarise(draft, amount)


def _number(fields: FieldSet, field_id: str) -> Decimal:
    value = fields.get(field_id)
    return value if isinstance(value, Decimal) else Decimal(0)
