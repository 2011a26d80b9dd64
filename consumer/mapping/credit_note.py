"""Map Lago's credit note to a NetSuite credit memo, with the tax of each line from Lago's amounts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from consumer.mapping import (
    credited_amounts,
    document,
    fields,
    header,
    identity,
    items,
    money,
    refund,
    requests,
    service_period,
    void,
)
from consumer.mapping import customer as customers
from consumer.mapping.decision_log import DecisionLog
from consumer.mapping.document import Figures
from consumer.mapping.line import Line, priced
from consumer.mapping.result import Action, Mapped, Mapping, Refused
from consumer.outcome import Ignored
from schemas.credit_note import CreditNote, CreditNoteItem
from schemas.customer import Customer
from schemas.scalar import utc_text
from schemas.wire import WriteItem

COUPON_REFERENCE = "coupon_item"


def to_netsuite(note: CreditNote, decision_log: DecisionLog) -> Mapping:
    """
    The request that creates the credit memo and applies the offset amount to the credit note's own invoice.

    The rest stays open on the customer for later invoices. A refund is written after the credit memo, or the
    result names it for a person to pay.
    """
    needed = {"customer": note.customer, "items": note.items, "issuing_date": note.issuing_date}
    if note.customer is None or note.items is None or note.issuing_date is None:
        rejection = requests.incomplete(f"credit note {note.number}", needed, details_of(note))
        return Refused(rejection=rejection)
    if not note.total_amount_cents:
        return Ignored(rule="zero_amount")
    label = f"credit note {note.number}"
    negative = requests.below_zero(label, note.total_amount_cents, note.currency, details_of(note))
    if negative is not None:
        return Refused(rejection=negative)
    lines = _lines(note, note.items, decision_log)
    built = document.build(lines, _figures(note, note.items), decision_log)
    columns = _columns(note, note.customer, decision_log)
    memo = WriteItem(
        ref="credit_note",
        mode="create_or_get",
        external_id=identity.CREDIT_NOTE + note.lago_id,
        lago_id=note.lago_id,
        version=utc_text(note.updated_at or note.created_at),
        fingerprint=identity.credit_note_fingerprint(note),
        record=built.record("creditmemo", columns, _applied(note)) if built else {},
        expect=built.expect if built else {},
        policy=void.policy(decision_log.connection),
    )
    back = refund.item(note, note.customer, decision_log)
    items_written = (memo,) if back is None else (memo, back)
    planned = requests.with_customer(items_written, note.customer, decision_log, details=details_of(note))
    refund_cents = credited_amounts.refund_cents(note)
    if refund_cents > 0 and back is None and isinstance(planned, Mapped):
        amount = money.major(refund_cents, note.currency)
        return replace(planned, action=Action(needed="refund", amount=amount))
    return planned


def details_of(note: CreditNote) -> dict[str, str]:
    """The credit note's details for error events: numbers, amount, currency, date."""
    return {
        "lago_number": note.number,
        "lago_invoice_number": note.invoice_number or "",
        "amount": money.major(note.total_amount_cents, note.currency),
        "currency": note.currency,
        "issuing_date": str(note.issuing_date or ""),
    }


def _figures(note: CreditNote, parts: tuple[CreditNoteItem, ...]) -> Figures:
    return Figures(
        label=f"credit note {note.number}",
        currency=note.currency,
        billing_entity=note.billing_entity_code,
        tax_cents=note.taxes_amount_cents,
        total_cents=note.total_amount_cents,
        rounded_parts=credited_amounts.rounded_parts(note, parts),
        applied_taxes=note.applied_taxes,
    )


def _columns(note: CreditNote, customer: Customer, decision_log: DecisionLog) -> dict[str, Any]:
    return header.filled(
        {
            "entity": customers.reference(customer, decision_log),
            "subsidiary": header.subsidiary(note.billing_entity_code, decision_log),
            "currency": header.currency(note.currency, f"credit note {note.number}", decision_log),
            "trandate": str(note.issuing_date),
            "tranid": note.number,
            "otherrefnum": note.number,
            "memo": note.description,
            "custbody_lago_id": note.lago_id,
            "custbody_lago_invoice_id": note.lago_invoice_id,
            "custbody_ava_disable_tax_calculation": True,
            "autoapply": False,
            **fields.configured("credit_note", note.billing_entity_code, decision_log),
        }
    )


def _applied(note: CreditNote) -> list[dict[str, Any]]:
    if note.offset_amount_cents <= 0:
        return []
    line = {
        "doc": {"externalId": identity.INVOICE + note.lago_invoice_id},
        "apply": True,
        "amount": money.major(note.offset_amount_cents, note.currency),
    }
    return [{"sublistId": "apply", "lineItems": [line]}]


def _lines(
    note: CreditNote, parts: tuple[CreditNoteItem, ...], decision_log: DecisionLog
) -> tuple[Line, ...]:
    listed = [part for part in parts if credited_amounts.is_credited(part)]
    amounts = zip(
        credited_amounts.cents_of_lines(note, listed), credited_amounts.exact_taxes(note, listed), strict=True
    )
    lines = [
        _line(part, cents, tax, note, decision_log)
        for part, (cents, tax) in zip(listed, amounts, strict=True)
    ]
    if note.coupons_adjustment_amount_cents > 0:
        lines.append(_coupon_line(note, decision_log))
    # NetSuite drops lines of zero, and then refuses the tax details that refer to them.
    return tuple(line for line in lines if line.cents)


def _line(
    part: CreditNoteItem, cents: int, tax: Decimal, note: CreditNote, decision_log: DecisionLog
) -> Line:
    item = items.item_of_fee(
        part.fee, part.fee.item.code, note.billing_entity_code, decision_log, cents=cents
    )
    amount = money.major(cents, note.currency)
    zone = service_period.zone_of(note.customer, decision_log.connection)

    def known() -> dict[str, Any]:
        days = service_period.for_expressions(service_period.of_fee(part.fee, None, zone))
        return {**decision_log.origin.fee(part.fee.lago_id), **days}

    columns: dict[str, Any] = {
        **priced(item, amount),
        "description": part.fee.item.name,
        **fields.configured("credit_note_line", note.billing_entity_code, decision_log, known),
    }
    return Line(
        ref=part.lago_id,
        cents=cents,
        exact_tax=tax,
        tax_rate=part.fee.taxes_rate,
        fields=header.filled(columns),
    )


def _coupon_line(note: CreditNote, decision_log: DecisionLog) -> Line:
    cents = -note.coupons_adjustment_amount_cents
    item = items.item_of_discount("coupon", note.billing_entity_code, decision_log, cents=cents)
    amount = money.major(cents, note.currency)
    item_of = {"type": "coupon", "code": None, "name": None}
    fee = partial(decision_log.origin.like_a_fee, item=item_of, amount_cents=cents)
    columns: dict[str, Any] = {
        **priced(item, amount),
        "description": "Coupon adjustment",
        **fields.configured("credit_note_line", note.billing_entity_code, decision_log, fee),
    }
    return Line(
        ref=COUPON_REFERENCE,
        cents=cents,
        exact_tax=Decimal(0),
        tax_rate=note.taxes_rate,
        fields=header.filled(columns),
    )
