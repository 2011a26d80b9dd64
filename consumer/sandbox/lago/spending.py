"""
Reductions of an invoice after tax: the customer's credit notes, then its prepaid credit.

Source: lago-api ``Credits::CreditNoteService``, ``Credits::AppliedPrepaidCreditsService``.
"""

from __future__ import annotations

from collections.abc import Iterator

from consumer.sandbox.lago import invoices, wallet_invoices
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import Organization

SPENDING_TYPES = frozenset(("subscription", "progressive_billing"))
"""The types of invoices on which Lago spends credit notes; one-off and credit invoices are paid in full."""


def spend(organization: Organization, invoice: Json) -> None:
    """Spend the customer's open credit notes in the invoice's currency, oldest first, and prepaid credit."""
    if invoice["invoice_type"] not in SPENDING_TYPES:
        return
    total = invoice["total_amount_cents"] + invoice["prepaid_credit_amount_cents"]
    spent = dict(_spendable(organization, invoice["customer"]["lago_id"], invoice["currency"], total))
    _spend_notes(organization, invoice, spent)
    invoice |= _less_prepaid(organization, invoice, total - sum(spent.values()))


def give_back(organization: Organization, invoice: Json) -> None:
    """Open the credit notes again that the invoice has spent (``CreditNotes::RecreditService``)."""
    for entry in invoice["credits"]:
        if entry["item"]["type"] == "credit_note":
            note = organization.credit_notes[entry["item"]["lago_item_id"]]
            note |= {
                "balance_amount_cents": note["balance_amount_cents"] + entry["amount_cents"],
                "credit_status": "available",
            }


def _spendable(
    organization: Organization, customer_id: str, currency: str, total: int
) -> Iterator[tuple[str, int]]:
    """
    The amount that each open credit note contributes to an invoice of that total, of any billing entity.
    """
    for note in organization.credit_notes.values():
        is_theirs = note["customer"]["lago_id"] == customer_id and note["currency"] == currency
        taken = min(note["balance_amount_cents"], total) if is_theirs else 0
        if taken > 0:
            total -= taken
            yield note["lago_id"], taken


def _spend_notes(organization: Organization, invoice: Json, spent: dict[str, int]) -> None:
    entries = []
    for lago_id, cents in spent.items():
        note = organization.credit_notes[lago_id]
        note["balance_amount_cents"] -= cents
        note["credit_status"] = "available" if note["balance_amount_cents"] else "consumed"
        entries.append(
            invoices.credit(
                "credit_note", note["number"], note["invoice_number"], cents, note["currency"],
                invoice["lago_id"], item_id=lago_id,
            )
        )  # fmt: skip
    invoice["credits"] = [*invoice["credits"], *entries]
    invoice["credit_notes_amount_cents"] += sum(spent.values())


def _less_prepaid(organization: Organization, invoice: Json, left_cents: int) -> Json:
    """The amounts after prepaid credit, of the sale and then of wallets, which pays what is left at most."""
    of_sale = min(invoice["prepaid_credit_amount_cents"], left_cents)
    of_wallets = wallet_invoices.spend(organization, invoice, left_cents - of_sale)
    prepaid = of_sale + of_wallets.cents
    total = left_cents - prepaid
    amounts = {
        "prepaid_credit_amount_cents": prepaid,
        "total_amount_cents": total,
        "total_due_amount_cents": total,
    }
    granted = invoice["prepaid_granted_credit_amount_cents"]
    if granted is None and not of_wallets.cents:
        return amounts
    granted = min(granted or 0, of_sale) + of_wallets.granted_cents
    return amounts | {
        "prepaid_granted_credit_amount_cents": granted,
        "prepaid_purchased_credit_amount_cents": prepaid - granted,
    }
