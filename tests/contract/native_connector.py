"""
Documents as Lago's own connector writes them, line by line (lago-api ``Integrations::Aggregator`` payloads).

Each fee of more than nothing is a line with its tax; discounts are negative lines without a stated amount.
A credit memo has no date and no currency, so NetSuite dates it on the day on which it comes; a payment has no
mark.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.contract.native_books import NativeBooks

Json = dict[str, Any]

_SUBUNITS = 100
_LINE = {"quantity": 1}
_DISCOUNTS = (
    ("coupons_amount_cents", "coupon", "coupon_item"),
    ("prepaid_credit_amount_cents", "prepaid_credit", "credit_item"),
    ("credit_notes_amount_cents", "credit_note", "credit_note_item"),
)
_OVERRIDES = {"taxregoverride": True, "taxdetailsoverride": True}


@dataclass(frozen=True, kw_only=True)
class NativeMapping:
    """Its mapping screen: items by kind of fee and by code, and one tax."""

    items: dict[str, tuple[str, str | None]]
    nexus: str = "9"
    tax_type: str = "5"
    tax_code: str = "6"

    def line(self, *names: str) -> Json:
        item, account = next(self.items[name] for name in (*names, "fallback") if name in self.items)
        return {"item": item} | ({"account": account} if account else {})


class NativeConnector(NativeBooks):
    """Lago's own connector on an emulated account."""

    def __init__(self, netsuite: Any, mapping: NativeMapping) -> None:
        super().__init__(netsuite)
        self.mapping = mapping

    def whole_invoice(self, customer: str, invoice: Json, *, line: Json | None = None) -> str:
        """
        An invoice with all its lines; `line` changes what the first of them says, as a wrong mapping would.
        """
        lines = [*self._fees(invoice), *self._discounts(invoice)]
        lines[0] |= line or {}
        taxes = [
            self._tax(each["lago_id"], each["taxes_amount_cents"], each["taxes_rate"])
            for each in _billed(invoice)
        ]
        columns = {
            "entity": customer, "tranid": invoice["number"], "currency": "2",
            "custbody_lago_id": invoice["lago_id"], "nexus": self.mapping.nexus,
        }  # fmt: skip
        return self._whole("invoice", columns, lines, taxes, date=invoice["issuing_date"])

    def whole_memo(self, customer: str, note: Json) -> str:
        """A credit memo of today."""
        lines = [
            _LINE | self.mapping.line(each["fee"]["item"]["code"], each["fee"]["item"]["type"])
            | {"rate": each["amount_cents"] / _SUBUNITS, "taxdetailsreference": each["lago_id"]}
            | {"description": each["fee"]["item"]["name"]}
            for each in note["items"]
        ]  # fmt: skip
        shares = list(_note_taxes(note))
        taxes = [
            self._tax(each["lago_id"], cents, note["taxes_rate"])
            for each, cents in zip(note["items"], shares, strict=True)
        ]
        coupon = note["coupons_adjustment_amount_cents"]
        if coupon > 0:
            rate = -coupon / _SUBUNITS
            lines.append(
                _LINE | self.mapping.line("coupon") | {"rate": rate, "taxdetailsreference": "coupon_item"}
            )
        columns = {
            "entity": customer, "tranid": note["number"], "otherrefnum": note["number"],
            "custbody_lago_id": note["lago_id"], "nexus": self.mapping.nexus,
        }  # fmt: skip
        return self._whole("creditmemo", columns, lines, taxes)

    def _fees(self, invoice: Json) -> Iterator[Json]:
        for fee in _billed(invoice):
            mapped = self.mapping.line(fee["item"]["code"], fee["item"]["type"])
            yield mapped | {
                "quantity": fee["units"], "rate": fee["precise_unit_amount"],
                "amount": fee["amount_cents"] / _SUBUNITS, "taxdetailsreference": fee["lago_id"],
                "description": fee["item"]["name"],
            }  # fmt: skip

    def _discounts(self, invoice: Json) -> Iterator[Json]:
        for member, kind, reference in _DISCOUNTS:
            if invoice[member] > 0:
                rate = -invoice[member] / _SUBUNITS
                yield _LINE | self.mapping.line(kind) | {"rate": rate, "taxdetailsreference": reference}

    def _tax(self, reference: str, cents: int, rate: float) -> Json:
        return {
            "taxdetailsreference": reference, "taxtype": self.mapping.tax_type,
            "taxcode": self.mapping.tax_code, "taxbasis": 1, "taxrate": rate, "taxamount": cents / _SUBUNITS,
        }  # fmt: skip

    def _whole(self, kind: str, columns: Json, lines: list[Json], taxes: list[Json], date: str = "") -> str:
        year, month, day = map(int, (date or "2026-01-01").split("-"))
        saved = self.netsuite.run(
            "const put = (to, values) => Object.keys(values).forEach((fieldId) => "
            "to.setValue({fieldId, value: values[fieldId]}));"
            "const add = (to, sublistId, lines) => lines.forEach((line) => { to.selectNewLine({sublistId});"
            "Object.keys(line).forEach((fieldId) => to.setCurrentSublistValue("
            "{sublistId, fieldId, value: line[fieldId]})); to.commitLine({sublistId}); });"
            f"const made = record.create({{type: '{kind}', isDynamic: true}});"
            f"put(made, {json.dumps({**columns, **_OVERRIDES} | {'nexus': columns['nexus']})});"
            f"made.setValue({{fieldId: 'nexus', value: '{columns['nexus']}'}});"
            + (
                f"made.setValue({{fieldId: 'trandate', value: new Date({year}, {month - 1}, {day})}});"
                if date
                else ""
            )
            + f"add(made, 'item', {json.dumps(lines)}); add(made, 'taxdetails', {json.dumps(taxes)});"
            + "return made.save();"
        )
        assert str(saved).isdigit(), saved
        return str(saved)


def _billed(invoice: Json) -> list[Json]:
    return [fee for fee in invoice["fees"] if fee["amount_cents"] > 0] or list(invoice["fees"])


def _note_taxes(note: Json) -> Iterator[int]:
    """The tax of each item in cents by the note's rate; what the sum lacks is the first one's."""
    shares = [round(each["amount_cents"] * note["taxes_rate"] / 100) for each in note["items"]]
    shares[0] += note["taxes_amount_cents"] - sum(shares)
    yield from shares
