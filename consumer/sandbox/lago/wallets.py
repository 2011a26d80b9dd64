"""
Wallets of prepaid credit, with their transactions and balances.

Source: lago-api ``Wallets::*``, ``WalletTransactions::*``. Every wallet is traceable, as those of customers
without an older one are.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from consumer.sandbox.lago.notation import Json, id_of, rounded, subunits_of, text_of
from consumer.sandbox.lago.organization import ImpossibleError, Organization

LOWEST_PRIORITY = 50
CREDIT_DECIMALS = 5
_EMPTY = (
    "name", "purchase_order_number", "expiration_at", "last_balance_sync_at", "last_consumed_credit_at",
    "terminated_at", "paid_top_up_min_amount_cents", "paid_top_up_max_amount_cents",
)  # fmt: skip
PROVIDER = {"payment_method": {"payment_method_id": None, "payment_method_type": "provider"}}


def open_wallet(
    organization: Organization, external_id: str, *, balance_cents: int = 0, **changes: Any
) -> Json:
    """
    Open a wallet, by default in the customer's currency, with one unit of it a credit.

    Args:
        organization: whose wallet it is.
        external_id: of the customer.
        balance_cents: granted at once, in subunits.
        changes: members of the wallet.

    Raises:
        ImpossibleError: no such customer.
    """
    customer = organization.customer_of(external_id)
    lago_id = id_of(organization.lago_id, "wallet", len(organization.wallets) + 1)
    wallet = dict.fromkeys(_EMPTY) | {
        "lago_id": lago_id,
        "lago_customer_id": customer["lago_id"],
        "external_customer_id": external_id,
        "billing_entity_code": customer["billing_entity_code"],
        "status": "active",
        "currency": customer["currency"],
        "code": "default",
        "rate_amount": "1.0",
        "credits_balance": "0.0",
        "credits_ongoing_balance": "0.0",
        "credits_ongoing_usage_balance": "0.0",
        "balance_cents": 0,
        "ongoing_balance_cents": 0,
        "ongoing_usage_balance_cents": 0,
        "consumed_credits": "0.0",
        "created_at": organization.at(),
        "invoice_requires_successful_payment": False,
        "priority": LOWEST_PRIORITY,
        **PROVIDER,
        **changes,
    }
    organization.wallets[lago_id] = wallet
    organization.announce("wallet.created", wallet)
    if balance_cents:
        grant(organization, wallet, credits_of(wallet, balance_cents))
    return wallet


def terminate(organization: Organization, lago_id: str) -> Json:
    """End a wallet; what is left of it is lost (``Wallets::TerminateService``)."""
    wallet = organization.wallets[lago_id]
    if wallet["status"] == "active":
        wallet |= {"status": "terminated", "terminated_at": organization.at()}
        organization.announce("wallet.terminated", wallet)
    return wallet


def cents_of(wallet: Json, credits_: Decimal) -> int:
    """What credits are worth, in whole subunits."""
    return rounded(credits_ * Decimal(wallet["rate_amount"]) * subunits_of(wallet["currency"]))


def credits_of(wallet: Json, cents: int) -> Decimal:
    """The credits of an amount, with the decimals that Lago's database keeps."""
    units = Decimal(cents) / subunits_of(wallet["currency"])
    return round(units / Decimal(wallet["rate_amount"]), CREDIT_DECIMALS)


def recorded(
    organization: Organization, wallet: Json, kind: str, status: str, cents: int, credits_: Decimal,
    **changes: Any,
) -> Json:  # fmt: skip
    """
    A new transaction of a wallet; the balance stays as it is.

    Args:
        organization: whose wallet it is.
        wallet: the wallet.
        kind: Lago's ``transaction_status``: purchased, granted, voided or invoiced.
        status: pending or settled.
        cents: in subunits.
        credits_: the same in credits.
        changes: members of the transaction.
    """
    lago_id = id_of(organization.lago_id, "wallet transaction", len(organization.wallet_transactions) + 1)
    is_inbound = kind in {"purchased", "granted"}
    made = {
        "lago_id": lago_id,
        "lago_wallet_id": wallet["lago_id"],
        "lago_invoice_id": None,
        "lago_credit_note_id": None,
        "lago_voided_invoice_id": None,
        "billing_entity_code": wallet["billing_entity_code"],
        "status": status,
        "source": "manual",
        "transaction_status": kind,
        "transaction_type": "inbound" if is_inbound else "outbound",
        "amount": text_of(Decimal(cents) / subunits_of(wallet["currency"])),
        "credit_amount": text_of(credits_),
        "remaining_amount_cents": cents if is_inbound and status == "settled" else None,
        "priority": LOWEST_PRIORITY,
        "purchase_order_number": wallet["purchase_order_number"],
        "settled_at": organization.at() if status == "settled" else None,
        "failed_at": None,
        "created_at": organization.at(),
        "invoice_requires_successful_payment": False,
        "metadata": [],
        "name": None,
        **PROVIDER,
        **changes,
    }
    organization.wallet_transactions[lago_id] = made
    organization.announce("wallet_transaction.created", made)
    return made


def grant(organization: Organization, wallet: Json, credits_: Decimal, **changes: Any) -> Json:
    """Give a wallet credits for nothing."""
    cents = cents_of(wallet, credits_)
    made = recorded(organization, wallet, "granted", "settled", cents, credits_, **changes)
    change_balance(organization, wallet, cents, credits_)
    return made


def take(
    organization: Organization,
    wallet: Json,
    kind: str,
    cents: int,
    inbound: Json | None = None,
    **changes: Any,
) -> int:
    """
    Take an amount from a wallet, of one inbound transaction or of all; returns what of it was granted.

    Raises:
        ImpossibleError: there is less.
    """
    sources = list(_available(organization, wallet)) if inbound is None else [inbound]
    if cents > sum(each["remaining_amount_cents"] or 0 for each in sources):
        raise ImpossibleError("exceeds_remaining_transaction_amount")
    recorded(organization, wallet, kind, "settled", cents, credits_of(wallet, cents), **changes)
    change_balance(organization, wallet, -cents, -credits_of(wallet, cents))
    wallet["consumed_credits"] = text_of(Decimal(wallet["consumed_credits"]) + credits_of(wallet, cents))
    wallet["last_consumed_credit_at"] = organization.at()
    return _consume(sources, cents)


def change_balance(organization: Organization, wallet: Json, cents: int, credits_: Decimal) -> None:
    """Add an amount, and the same in credits, to the balance; negative ones reduce it."""
    wallet["balance_cents"] += cents
    wallet["ongoing_balance_cents"] += cents
    for name in ("credits_balance", "credits_ongoing_balance"):
        wallet[name] = text_of(Decimal(wallet[name]) + credits_)
    wallet["last_balance_sync_at"] = organization.at()
    organization.announce("wallet.updated", wallet)


def _available(organization: Organization, wallet: Json) -> list[Json]:
    """What is left of inbound transactions: by priority, granted ones first, oldest first."""
    stored = organization.wallet_transactions.values()
    mine = [one for one in stored if one["lago_wallet_id"] == wallet["lago_id"]]
    left = [one for one in mine if (one["remaining_amount_cents"] or 0) > 0]
    return sorted(left, key=lambda one: (one["priority"], one["transaction_status"] != "granted"))


def _consume(sources: list[Json], cents: int) -> int:
    granted = 0
    for source in sources:
        taken = min(source["remaining_amount_cents"], cents)
        source["remaining_amount_cents"] -= taken
        cents -= taken
        granted += taken if source["transaction_status"] == "granted" else 0
    return granted
