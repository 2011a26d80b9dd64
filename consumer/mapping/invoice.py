"""Map Lago's invoice to a NetSuite invoice and, with ``sync.sales_orders``, to a sales order too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import structs

from consumer.config.connection import Connection
from consumer.mapping import (
    credit_lines,
    discounts,
    document,
    fee_lines,
    fields,
    header,
    identity,
    money,
    requests,
)
from consumer.mapping import customer as customers
from consumer.mapping.decision_log import DecisionLog
from consumer.mapping.document import Document, Figures
from consumer.mapping.result import Mapping, Refused
from consumer.outcome import Ignored, Rejected
from schemas.customer import Customer
from schemas.invoice import Credit, Invoice
from schemas.scalar import utc_text
from schemas.wire import WriteItem


def to_netsuite(invoice: Invoice, decision_log: DecisionLog) -> Mapping:
    """
    The request that creates the invoice, together with its customer when that may be missing.

    Lago's rules: lines for fees with an amount, then one line per kind of discount (lago-api
    ``app/services/integrations/aggregator/invoices/payloads``).
    """
    if invoice.customer is None or invoice.fees is None or invoice.issuing_date is None:
        return Refused(rejection=_incomplete(invoice))
    if is_empty(invoice):
        return Ignored(rule="zero_amount")
    if (negative := below_zero(invoice)) is not None:
        return Refused(rejection=negative)
    connection = decision_log.connection
    if connection.credits == "apply" and named_credit_cents(invoice) != invoice.credit_notes_amount_cents:
        return Refused(rejection=_credits_unnamed(invoice))
    lines = (
        *fee_lines.lines(invoice, invoice.customer, decision_log),
        *discounts.lines(invoice, decision_log),
    )
    built = document.build(lines, _figures(invoice, connection), decision_log)
    columns = _columns(invoice, invoice.customer, decision_log)
    items = _items(built, columns, invoice, decision_log) if built is not None else ()
    return requests.with_customer(items, invoice.customer, decision_log, details=details_of(invoice))


def below_zero(invoice: Invoice) -> Rejected | None:
    """The reason why an invoice with a negative total is not booked; None for any other."""
    label = f"invoice {invoice.number}"
    return requests.below_zero(label, invoice.total_amount_cents, invoice.currency, details_of(invoice))


def is_empty(invoice: Invoice) -> bool:
    """Whether all amounts are zero: NetSuite drops lines of zero, and refuses a document without lines."""
    return not any(fee.amount_cents for fee in invoice.fees or ()) and not invoice.total_amount_cents


def details_of(invoice: Invoice) -> dict[str, str]:
    """The invoice's details for error events: number, amount, currency, date."""
    return {
        "lago_number": invoice.number,
        "amount": money.major(invoice.total_amount_cents, invoice.currency),
        "currency": invoice.currency,
        "issuing_date": str(invoice.issuing_date or ""),
    }


def _incomplete(invoice: Invoice) -> Rejected:
    needed = {"customer": invoice.customer, "fees": invoice.fees, "issuing_date": invoice.issuing_date}
    return requests.incomplete(f"invoice {invoice.number}", needed, details_of(invoice))


def named_credit_cents(invoice: Invoice) -> int:
    """The amount of earlier credit notes spent on the invoice, in subunits; only those with an id."""
    return sum(credit.amount_cents for credit in _note_credits(invoice))


def _note_credits(invoice: Invoice) -> Iterator[Credit]:
    """The credits of credit notes whose id the event contains."""
    for credit in invoice.credits:
        if credit.item.type == "credit_note" and credit.item.lago_item_id and credit.amount_cents > 0:
            yield credit


def _credits_unnamed(invoice: Invoice) -> Rejected:
    """The rejection when credit note ids are missing: no memo could be applied, and the balance be wrong."""
    named, spent = (
        money.major(cents, invoice.currency)
        for cents in (named_credit_cents(invoice), invoice.credit_notes_amount_cents)
    )
    return Rejected(
        code="incomplete_event",
        message=f"invoice {invoice.number} spends credit notes over {spent} {invoice.currency}, but its "
        f"credits name {named} {invoice.currency} of them",
        hint="send the webhook as Lago made it, with all of its credits; a shortened body cannot be booked",
        details=details_of(invoice),
    )


def _figures(invoice: Invoice, connection: Connection) -> Figures:
    # A spent credit note stays out of the invoice when its memo is applied to it: the total is before it.
    kept_for_memo = invoice.credit_notes_amount_cents if connection.credits == "apply" else 0
    return Figures(
        label=f"invoice {invoice.number}",
        currency=invoice.currency,
        billing_entity=invoice.billing_entity_code,
        tax_cents=invoice.taxes_amount_cents,
        total_cents=invoice.total_amount_cents + kept_for_memo,
        rounded_parts=len(invoice.fees or ()) + len(invoice.applied_taxes),
        applied_taxes=invoice.applied_taxes,
    )


def _columns(invoice: Invoice, customer: Customer, decision_log: DecisionLog) -> dict[str, Any]:
    connection = decision_log.connection
    return header.filled(
        {
            "entity": customers.reference(customer, decision_log),
            "subsidiary": header.subsidiary(invoice.billing_entity_code, decision_log),
            "currency": header.currency(invoice.currency, f"invoice {invoice.number}", decision_log),
            "trandate": str(invoice.issuing_date),
            "duedate": str(invoice.payment_due_date) if invoice.payment_due_date else None,
            "tranid": invoice.number,
            "otherrefnum": invoice.purchase_order_number,
            "custbody_lago_id": invoice.lago_id,
            "custbody_lago_invoice_link": _link(invoice, customer, connection),
            "custbody_ava_disable_tax_calculation": True,
            "lago_plan_codes": ",".join(each.plan_code for each in invoice.subscriptions if each.plan_code),
            **fields.configured("invoice", invoice.billing_entity_code, decision_log),
        }
    )


def _link(invoice: Invoice, customer: Customer, connection: Connection) -> str | None:
    lago = connection.lago
    if invoice.web_url or not lago.front_url or not lago.organization_slug:
        return invoice.web_url
    root = f"{lago.front_url.rstrip('/')}/{lago.organization_slug}"
    return f"{root}/customer/{customer.lago_id}/invoice/{invoice.lago_id}/overview"


def _items(
    built: Document, columns: dict[str, Any], invoice: Invoice, decision_log: DecisionLog
) -> tuple[WriteItem, ...]:
    bill = _invoice(built, columns, invoice, decision_log)
    is_ordered = decision_log.connection.sync.sales_orders
    order = (_sales_order(bill, built, columns, invoice),) if is_ordered else ()
    return (*order, bill)


def _invoice(
    built: Document, columns: dict[str, Any], invoice: Invoice, decision_log: DecisionLog
) -> WriteItem:
    spent = spent_credits(invoice, decision_log.connection)
    is_kept = bool(spent) and not decision_log.connection.voids.recredit_spent_notes
    return WriteItem(
        ref="invoice",
        mode="create_or_get",
        external_id=identity.INVOICE + invoice.lago_id,
        lago_id=invoice.lago_id,
        version=utc_text(invoice.updated_at or invoice.created_at),
        fingerprint=identity.invoice_fingerprint(invoice),
        record=built.record("invoice", columns),
        expect=built.expect,
        apply_credits=credit_lines.with_lines(spent, invoice, decision_log),
        policy={"recredit": False} if is_kept else {},
    )


def _sales_order(bill: WriteItem, built: Document, columns: dict[str, Any], invoice: Invoice) -> WriteItem:
    """The same document as a sales order, with an external id of its own."""
    ordered = {name: value for name, value in columns.items() if name != "duedate"}
    return structs.replace(
        bill,
        external_id=identity.SALES_ORDER + invoice.lago_id,
        record=built.record("salesorder", ordered | {"orderstatus": "B"}),
        apply_credits=(),
        policy={},
    )


def spent_credits(invoice: Invoice, connection: Connection) -> tuple[dict[str, Any], ...]:
    """The credit memos to apply to this invoice with their amounts; a credit has its credit note's id."""
    if connection.credits != "apply":
        return ()
    return tuple(
        {
            "doc": {"externalId": f"{identity.CREDIT_NOTE}{credit.item.lago_item_id}"},
            "amount": money.major(credit.amount_cents, invoice.currency),
        }
        for credit in _note_credits(invoice)
    )
