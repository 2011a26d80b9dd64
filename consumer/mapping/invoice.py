"""Lago's invoice as a NetSuite invoice, with a total that is Lago's to the minor unit, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from consumer.connection import Connection
from consumer.mapping import customer as customers
from consumer.mapping import discounts, fee_lines, fields, identity, money, taxes
from consumer.mapping.journal import Journal
from consumer.mapping.line import Line
from consumer.mapping.mapped import Mapped, Mapping, Refused
from consumer.mapping.taxes import TaxShape
from consumer.outcome import Ignored, Rejected
from schemas.customer import Customer
from schemas.invoice import Invoice
from schemas.scalar import utc_text
from schemas.wire import WriteItem, WriteRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """The invoice with its lines and what NetSuite must compute from them, in subunits."""

    invoice: Invoice
    customer: Customer
    lines: tuple[Line, ...]
    tax: TaxShape
    shares: tuple[int, ...]
    total_cents: int

    @property
    def expect(self) -> dict[str, str]:
        in_lines = sum(self.shares) if self.tax.is_in_lines else 0
        subtotal = sum(line.cents for line in self.lines) + in_lines
        tax = sum(self.shares) - in_lines
        figures = {"subtotal": subtotal, "tax": tax, "total": self.total_cents}
        return {name: money.major(cents, self.invoice.currency) for name, cents in figures.items()}


def to_netsuite(invoice: Invoice, connection: Connection) -> Mapping:
    """
    The request that creates the invoice, together with its customer when that may be missing.

    Lago's rules: lines for fees that cost something, then one line a kind of discount (lago-api
    ``app/services/integrations/aggregator/invoices/payloads``).
    """
    journal = Journal(connection=connection)
    if invoice.customer is None or invoice.fees is None or invoice.issuing_date is None:
        return Refused(rejection=_incomplete(invoice))
    if not any(fee.amount_cents for fee in invoice.fees) and not invoice.total_amount_cents:
        # Nothing to book: NetSuite drops lines of zero and then refuses the invoice for want of lines.
        return Ignored(rule="zero_amount")
    draft = _draft(invoice, invoice.customer, journal)
    if draft is not None:
        _check_total(draft, journal)
    columns = _columns(invoice, invoice.customer, journal)
    rejection = journal.rejection(details_of(invoice))
    if rejection is not None or draft is None:
        return Refused(rejection=rejection or _incomplete(invoice), decisions=tuple(journal.decisions))
    request = _request(draft, columns, journal)
    return Mapped(request=request, decisions=tuple(journal.decisions))


def details_of(invoice: Invoice) -> dict[str, str]:
    """What a finance person calls this invoice: number, amount, currency, date."""
    return {
        "lago_number": invoice.number,
        "amount": money.major(invoice.total_amount_cents, invoice.currency),
        "currency": invoice.currency,
        "issuing_date": str(invoice.issuing_date or ""),
    }


def _incomplete(invoice: Invoice) -> Rejected:
    needed = {
        "customer": invoice.customer, "fees": invoice.fees, "issuing_date": invoice.issuing_date,
    }  # fmt: skip
    missing = [name for name, value in needed.items() if value is None]
    return Rejected(
        code="incomplete_event",
        message=f"invoice {invoice.number}: the event carries no {' and no '.join(missing)}",
        hint="send the webhook as Lago made it; a shortened body cannot be booked",
        details=details_of(invoice),
    )


def _draft(invoice: Invoice, customer: Customer, journal: Journal) -> _Draft | None:
    lines = (*fee_lines.lines(invoice, customer, journal), *discounts.lines(invoice, journal))
    kept_for_memo = invoice.credit_notes_amount_cents if journal.connection.credits == "apply" else 0
    total_cents = invoice.total_amount_cents + kept_for_memo
    leeway = len(invoice.fees or ()) + len(invoice.applied_taxes)
    shares = taxes.share_out(lines, invoice.taxes_amount_cents, leeway)
    if shares is None:
        of_lines = sum((line.exact_tax for line in lines), Decimal(0))
        _refuse_total(
            journal,
            invoice,
            f"the fees' taxes add up to {of_lines.normalize():f} subunits, Lago's tax is "
            f"{invoice.taxes_amount_cents} subunits of {invoice.currency}",
        )
        return None
    rules = taxes.rules_for(invoice.billing_entity_code, journal)
    shape = taxes.shape(lines, shares, invoice.currency, rules, journal, invoice.applied_taxes)
    return _Draft(
        invoice=invoice, customer=customer, lines=lines, tax=shape, shares=shares, total_cents=total_cents
    )


def _check_total(draft: _Draft, journal: Journal) -> None:
    ours = sum(line.cents for line in draft.lines) + sum(draft.shares)
    if ours == draft.total_cents:
        return
    currency = draft.invoice.currency
    _refuse_total(
        journal,
        draft.invoice,
        f"lines and taxes add up to {money.major(ours, currency)} {currency}, "
        f"Lago's total is {money.major(draft.total_cents, currency)} {currency}",
    )


def _refuse_total(journal: Journal, invoice: Invoice, sums: str) -> None:
    journal.refuse(
        "total_mismatch",
        f"invoice {invoice.number}: {sums}",
        "compare the event with the invoice in Lago; fees or discounts are missing from it",
    )


def _columns(invoice: Invoice, customer: Customer, journal: Journal) -> dict[str, Any]:
    connection = journal.connection
    columns: dict[str, Any] = {
        "entity": customers.reference(customer, connection),
        "subsidiary": _subsidiary(invoice, journal),
        "currency": _currency(invoice, journal),
        "trandate": str(invoice.issuing_date),
        "duedate": str(invoice.payment_due_date) if invoice.payment_due_date else None,
        "tranid": invoice.number,
        "otherrefnum": invoice.purchase_order_number,
        "custbody_lago_id": invoice.lago_id,
        "custbody_lago_invoice_link": _link(invoice, customer, connection),
        "custbody_ava_disable_tax_calculation": True,
        "lago_plan_codes": ",".join(entry.plan_code for entry in invoice.subscriptions if entry.plan_code),
        **fields.configured("invoice", invoice.billing_entity_code, journal),
    }
    return {name: value for name, value in columns.items() if value is not None}


def _subsidiary(invoice: Invoice, journal: Journal) -> str | None:
    # NetSuite takes the subsidiary from the customer; only a billing entity of its own overrides that.
    entity = journal.connection.mapping.billing_entities.get(invoice.billing_entity_code or "")
    if entity is None or not entity.subsidiary:
        return None
    rule = f"mapping.billing_entities.{invoice.billing_entity_code}.subsidiary"
    journal.chose("columns.subsidiary", entity.subsidiary, rule)
    return entity.subsidiary


def _currency(invoice: Invoice, journal: Journal) -> str | None:
    currencies = journal.connection.mapping.currencies
    if not currencies:
        return None
    mapped = currencies.get(invoice.currency)
    if mapped:
        journal.chose("columns.currency", mapped, f"mapping.currencies.{invoice.currency}")
        return mapped
    journal.refuse(
        "unknown_currency",
        f"invoice {invoice.number}: no NetSuite currency is mapped for {invoice.currency}",
        f"add {invoice.currency} to mapping.currencies at {journal.connection.at('mapping.currencies')}",
    )
    return None


def _link(invoice: Invoice, customer: Customer, connection: Connection) -> str | None:
    lago = connection.lago
    if invoice.web_url or not lago.front_url or not lago.organization_slug:
        return invoice.web_url
    root = f"{lago.front_url.rstrip('/')}/{lago.organization_slug}"
    return f"{root}/customer/{customer.lago_id}/invoice/{invoice.lago_id}/overview"


def _request(draft: _Draft, columns: dict[str, Any], journal: Journal) -> WriteRequest:
    is_referenced = customers.linked_id(draft.customer, journal.connection) is not None
    needs_customer = journal.connection.customers.create == "on_first_document" and not is_referenced
    parts: list[WriteItem] = []
    if needs_customer:
        parts.append(customers.item(draft.customer, journal, ref="1", is_update=False))
    parts.append(_item(draft, columns, ref=str(len(parts) + 1)))
    written = tuple(parts)
    return WriteRequest(request_id=identity.request_id(written), items=written)


def _item(draft: _Draft, columns: dict[str, Any], *, ref: str) -> WriteItem:
    has_details = bool(draft.tax.details)
    lines = [line.fields | ({"taxdetailsreference": line.ref} if has_details else {}) for line in draft.lines]
    if draft.tax.extra_line is not None:
        lines.append(draft.tax.extra_line)
    record: dict[str, Any] = {
        "type": "invoice",
        "columns": columns | draft.tax.columns,
        "lines": [{"sublistId": "item", "lineItems": lines}],
    }
    if has_details:
        record["taxdetails"] = [{"sublistId": "taxdetails", "lineItems": list(draft.tax.details)}]
    record["options"] = {"ignoreMandatoryFields": False}
    invoice = draft.invoice
    return WriteItem(
        ref=ref,
        mode="create_or_get",
        external_id=identity.INVOICE + invoice.lago_id,
        lago_id=invoice.lago_id,
        version=utc_text(invoice.updated_at or invoice.created_at),
        fingerprint=identity.invoice_fingerprint(invoice),
        record=record,
        expect=draft.expect,
    )
