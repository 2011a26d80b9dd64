"""
What invoices do to wallets: spend them, give back, and put in what was bought.

Source: lago-api ``Credits::AppliedPrepaidCreditsService``, ``Invoices::PrepaidCreditJob``,
``CreditNotes::CreateService``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from consumer.sandbox.lago import wallets
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import Organization


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What wallets pay of an invoice, in subunits, and how much of it was granted."""

    cents: int = 0
    granted_cents: int = 0


def spend(organization: Organization, invoice: Json, left_cents: int) -> Spent:
    """Pay an invoice from the customer's wallets in its currency, by priority, oldest first."""
    cents = granted = 0
    for wallet in sorted(_spendable(organization, invoice), key=lambda one: one["priority"]):
        taken = min(wallet["balance_cents"], left_cents - cents)
        if taken > 0:
            granted += wallets.take(
                organization, wallet, "invoiced", taken, lago_invoice_id=invoice["lago_id"]
            )
            cents += taken
    return Spent(cents=cents, granted_cents=granted)


def give_back(organization: Organization, invoice: Json) -> None:
    """Grant what a voided invoice has spent of wallets that are still active (``RecreditService``)."""
    for spent in _of_invoice(organization, invoice, "invoiced"):
        wallet = organization.wallets[spent["lago_wallet_id"]]
        if wallet["status"] == "active":
            credits_, voided = Decimal(spent["credit_amount"]), {"lago_voided_invoice_id": invoice["lago_id"]}
            wallets.grant(organization, wallet, credits_, **voided)


def purchase_paid(organization: Organization, invoice: Json) -> None:
    """Put what a credit invoice has bought into its wallet (``Wallets::ApplyPaidCreditsService``)."""
    for bought in _of_invoice(organization, invoice, "purchased"):
        if bought["status"] == "settled":
            continue
        wallet = organization.wallets[bought["lago_wallet_id"]]
        credits_ = Decimal(bought["credit_amount"])
        cents = wallets.cents_of(wallet, credits_)
        bought |= {"status": "settled", "settled_at": organization.at(), "remaining_amount_cents": cents}
        organization.announce("wallet_transaction.updated", bought)
        wallets.change_balance(organization, wallet, cents, credits_)


def purchase_failed(organization: Organization, invoice: Json) -> None:
    """A credit invoice that is not paid, or by a credit note alone (``Invoices::PrepaidCreditJob``)."""
    for bought in _of_invoice(organization, invoice, "purchased"):
        if bought["status"] == "pending":
            bought |= {"status": "failed", "failed_at": organization.at()}
            organization.announce("wallet_transaction.updated", bought)


def purchase_refunded(organization: Organization, invoice: Json, cents: int, note_id: str) -> None:
    """
    Void the credits of a purchase that a credit note refunds, of an active wallet.

    Raises:
        ImpossibleError: they are spent already.
    """
    for bought in _of_invoice(organization, invoice, "purchased"):
        wallet = organization.wallets[bought["lago_wallet_id"]]
        if wallet["status"] == "active":
            wallets.take(organization, wallet, "voided", cents, bought, lago_credit_note_id=note_id)


def _of_invoice(organization: Organization, invoice: Json, kind: str) -> list[Json]:
    stored = organization.wallet_transactions.values()
    theirs = (one for one in stored if one["lago_invoice_id"] == invoice["lago_id"])
    return [one for one in theirs if one["transaction_status"] == kind]


def _spendable(organization: Organization, invoice: Json) -> Iterator[Json]:
    for wallet in organization.wallets.values():
        is_theirs = wallet["lago_customer_id"] == invoice["customer"]["lago_id"]
        if is_theirs and wallet["status"] == "active" and wallet["currency"] == invoice["currency"]:
            yield wallet
