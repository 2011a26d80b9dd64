"""Lago's credit notes, payments and voided invoices for the demo, with all fields that Lago serialises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from consumer.demo.invoice_amounts import Fee, Invoice, rounded
from consumer.demo.notation import instant, number
from consumer.demo.webhook_bodies import SKELETONS, Bodies
from consumer.mapping import money

Json = dict[str, Any]
Use = Literal["credit", "refund", "offset"]
ISSUED_AT = datetime(2026, 8, 3, 10, tzinfo=UTC)
PAID_AT = datetime(2026, 8, 2, 11, 12, tzinfo=UTC)
VOIDED_AT = datetime(2026, 8, 4, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """
    A credit note for one whole fee of an invoice.

    Attributes:
        fee_place: index of the fee in the invoice, from 0.
        use: ``credit`` is kept for later invoices, ``refund`` is paid back, ``offset`` reduces what is due of
            the invoice itself.
    """

    invoice: Invoice
    fee_place: int
    use: Use

    @property
    def number(self) -> str:
        """The invoice's number with the suffix ``-CN001``."""
        return f"{self.invoice.number}-CN001"

    @property
    def fee(self) -> Fee:
        """The credited fee."""
        return self.invoice.bill.fees[self.fee_place]

    @property
    def total_cents(self) -> int:
        """The fee less its discount, with tax, in subunits."""
        return self.fee.cents - rounded(self.fee.discount) + rounded(self.fee.tax_exact)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementDocuments:
    """Makes the objects; their ids depend only on the namespace of `bodies`."""

    bodies: Bodies

    def note(self, note: Note) -> Json:
        """The credit note object with all fields of ``credit_note.created``."""
        invoice, fee = note.invoice, note.fee
        parts = {f"{use}_amount_cents": note.total_cents * (use == note.use) for use in SPLIT}
        coupon_cents, tax_cents = rounded(fee.discount), rounded(fee.tax_exact)
        return {
            **SKELETONS["credit_note"],
            "lago_id": self.bodies.id("credit_note", note.number),
            "billing_entity_code": invoice.member.entity,
            "number": note.number,
            "lago_invoice_id": self.bodies.id("invoice", invoice.number),
            "invoice_number": invoice.number,
            "issuing_date": ISSUED_AT.date().isoformat(),
            "credit_status": "available" if note.use == "credit" else None,
            "refund_status": "pending" if note.use == "refund" else None,
            "currency": invoice.bill.currency,
            "total_amount_cents": note.total_cents,
            "precise_total_amount_cents": money.plain(fee.base + fee.tax_exact),
            "taxes_amount_cents": tax_cents,
            "precise_taxes_amount_cents": money.plain(fee.tax_exact),
            "sub_total_excluding_taxes_amount_cents": fee.cents - coupon_cents,
            "coupons_adjustment_amount_cents": coupon_cents,
            "balance_amount_cents": parts["credit_amount_cents"],
            **parts,
            "taxes_rate": number(fee.rate),
            "created_at": instant(ISSUED_AT),
            "updated_at": instant(ISSUED_AT),
            "customer": self.bodies.customer(invoice.member, invoice.made_at),
            "items": [self._item(note)],
            "applied_taxes": [self._tax(note, place) for place in range(len(fee.taxes))],
        }

    def spending(self, invoice: Invoice, note: Note) -> Json:
        """The object of an invoice to which the whole credit note is applied."""
        body = self.bodies.invoice(invoice)
        left_cents = invoice.bill.total_cents - note.total_cents
        item = {"lago_item_id": self.bodies.id("credit_note", note.number), "type": "credit_note"}
        entry = {
            "lago_id": self.bodies.id("credit", invoice.number, "credit_note"),
            "amount_cents": note.total_cents,
            "amount_currency": invoice.bill.currency,
            "before_taxes": False,
            "item": item | {"code": note.number, "name": note.invoice.number, "description": None},
            "invoice": {"lago_id": body["lago_id"], "payment_status": "pending"},
        }
        return body | {
            "credit_notes_amount_cents": note.total_cents,
            "total_amount_cents": left_cents,
            "total_due_amount_cents": left_cents,
            "credits": [*body["credits"], entry],
        }

    def payment(self, invoices: Sequence[Invoice], cents: int, *, is_manual: bool) -> Json:
        """
        The payment object.

        With several invoices Lago states only the whole amount, `cents` in subunits, and not its split.
        """
        member = invoices[0].member
        numbers = [invoice.number for invoice in invoices]
        lago_id = self.bodies.id("payment", *numbers)
        ids = [self.bodies.id("invoice", each) for each in numbers]
        reference = f"pi_{lago_id[:8]}"
        by = BY_HAND if is_manual else PROVIDED | {"provider_payment_id": reference}
        return {
            **SKELETONS["payment"],
            "lago_id": lago_id,
            "lago_customer_id": self.bodies.id("customer", member.external_id),
            "external_customer_id": member.external_id,
            "invoice_ids": ids,
            "invoice_numbers": sorted(numbers),
            "lago_payable_id": ids[0] if len(ids) == 1 else self.bodies.id("payment_request", *numbers),
            "payable_type": "Invoice" if len(ids) == 1 else "PaymentRequest",
            "amount_cents": cents,
            "amount_currency": invoices[0].bill.currency,
            **by,
            "external_payment_id": by["provider_payment_id"],
            "created_at": instant(PAID_AT),
        }

    def receipt(self, payment: Json, number: str) -> Json:
        """The receipt object around a payment."""
        lago_id = self.bodies.id("receipt", payment["lago_id"])
        made = {"payment": payment, "created_at": payment["created_at"]}
        return {"lago_id": lago_id, "number": number, "file_url": None, "xml_url": None, **made}

    def voided(self, invoice: Invoice) -> Json:
        """The object of a voided invoice."""
        changes = {"status": "voided", "total_due_amount_cents": 0}
        at = instant(VOIDED_AT)
        return self.bodies.invoice(invoice) | changes | {"voided_at": at, "updated_at": at}

    def _item(self, note: Note) -> Json:
        return {
            "lago_id": self.bodies.id("credit_note_item", note.number),
            "amount_cents": note.fee.cents,
            "precise_amount_cents": money.plain(Decimal(note.fee.cents)),
            "amount_currency": note.invoice.bill.currency,
            "fee": self.bodies.invoice(note.invoice)["fees"][note.fee_place],
        }

    def _tax(self, note: Note, place: int) -> Json:
        tax = note.fee.taxes[place]
        return {
            "lago_id": self.bodies.id("applied_tax", note.number, tax.code),
            "lago_credit_note_id": self.bodies.id("credit_note", note.number),
            "lago_tax_id": self.bodies.id("tax", tax.code),
            "tax_name": tax.name,
            "tax_code": tax.code,
            "tax_rate": number(tax.rate),
            "tax_description": None,
            "base_amount_cents": rounded(note.fee.base),
            "amount_cents": rounded(note.fee.base * tax.rate / 100),
            "amount_currency": note.invoice.bill.currency,
            "created_at": instant(ISSUED_AT),
        }


SPLIT: tuple[Use, ...] = ("credit", "refund", "offset")
BY_HAND: Json = {
    "type": "manual",
    "reference": "SEPA 4711",
    "payment_provider_code": None,
    "payment_provider_type": None,
    "provider_payment_id": None,
}
PROVIDED: Json = {
    "type": "provider",
    "reference": None,
    "payment_provider_code": "stripe_eu",
    "payment_provider_type": "PaymentProviders::StripeProvider",
}
