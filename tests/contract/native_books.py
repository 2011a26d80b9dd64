"""Books as Lago's own connector writes them: Lago's id on invoices and memos, no mark on payments."""

from __future__ import annotations

import json
from typing import Any

from tests.support.restlet import NetSuite

_SET = (
    "const put = (to, values) => Object.keys(values).forEach("
    "(fieldId) => to.setValue({fieldId, value: values[fieldId]}));"
)
_DAY = (
    "const day = (text) => { const [y, m, d] = text.split('-').map(Number); return new Date(y, m - 1, d); };"
)


class NativeBooks:
    """Writes through NetSuite's record module, as another script of the account does."""

    def __init__(self, netsuite: NetSuite) -> None:
        self.netsuite = netsuite

    def customer(self, customer: dict[str, Any], *, marked: bool = True, **changes: str) -> str:
        """A customer; one that a person entered carries no Lago id."""
        values = {
            "companyname": customer["name"], "entityid": customer["external_id"], "subsidiary": "2",
            "currency": "2", **({"custentity_lago_id": customer["lago_id"]} if marked else {}), **changes,
        }  # fmt: skip
        return self._made("customer", values)

    def invoice(self, customer: str, invoice: dict[str, Any], *, marked: bool = True, **changes: str) -> str:
        """An invoice; one that a person wrote has only its number."""
        return self._document("invoice", customer, invoice, marked=marked, **changes)

    def credit_memo(self, customer: str, note: dict[str, Any]) -> str:
        return self._document("creditmemo", customer, note, marked=True)

    def payment(self, invoice: str) -> str:
        """A payment of all that is due."""
        return str(self.netsuite.run(
            "const payment = record.transform({fromType: 'invoice', "
            f"fromId: '{invoice}', toType: 'customerpayment', isDynamic: true}}); return payment.save();"
        ))  # fmt: skip

    def _document(
        self, kind: str, customer: str, content: dict[str, Any], *, marked: bool, **changes: str
    ) -> str:
        values = {
            "entity": customer, "tranid": content["number"], "currency": "2",
            **({"custbody_lago_id": content["lago_id"]} if marked else {}),
        }  # fmt: skip
        amount = changes.get("amount") or f"{content['total_amount_cents'] / 100:.2f}"
        line = {"item": "801", "quantity": 1, "rate": float(amount), "amount": float(amount)}
        return self._made(kind, values, date=changes.get("date", content["issuing_date"]), line=line)

    def _made(self, kind: str, values: dict[str, Any], date: str = "", line: Any = None) -> str:
        lines = (
            "made.selectNewLine({sublistId: 'item'}); const line = " + json.dumps(line) + ";"
            "Object.keys(line).forEach((fieldId) => made.setCurrentSublistValue("
            "{sublistId: 'item', fieldId, value: line[fieldId]})); made.commitLine({sublistId: 'item'});"
        )
        saved = self.netsuite.run(
            f"{_SET} {_DAY} const made = record.create({{type: '{kind}', isDynamic: true}});"
            f"put(made, {json.dumps(values)});"
            + (f"made.setValue({{fieldId: 'trandate', value: day('{date}')}});" if date else "")
            + (lines if line else "")
            + "return made.save();"
        )
        assert str(saved).isdigit(), saved
        return str(saved)
