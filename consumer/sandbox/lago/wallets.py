"""Wallets of prepaid credit (``V1::WalletSerializer``); invoices do not spend them by themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from consumer.sandbox.lago.notation import Json, id_of, subunits_of, text_of
from consumer.sandbox.lago.organization import Organization


def open_wallet(
    organization: Organization, external_id: str, *, balance_cents: int = 0, **changes: Any
) -> Json:
    """
    Open a wallet in the customer's currency; one credit is one unit of it.

    Args:
        organization: whose wallet it is.
        external_id: of the customer.
        balance_cents: in subunits.
        changes: members of the wallet.

    Raises:
        ImpossibleError: no such customer.
    """
    customer = organization.customer_of(external_id)
    currency = changes.get("currency") or customer["currency"]
    lago_id = id_of(organization.lago_id, "wallet", len(organization.wallets) + 1)
    wallet = {
        "lago_id": lago_id,
        "lago_customer_id": customer["lago_id"],
        "external_customer_id": external_id,
        "status": "active",
        "currency": currency,
        "name": None,
        "rate_amount": "1.0",
        "credits_balance": text_of(Decimal(balance_cents) / subunits_of(currency)),
        "balance_cents": balance_cents,
        "created_at": organization.at(),
        "terminated_at": None,
    } | changes
    organization.wallets[lago_id] = wallet
    return wallet
