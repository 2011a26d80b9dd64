"""
Purchases, grants and voids of prepaid credit, with what Lago requires of them.

Source: lago-api ``WalletTransactions::CreateFromParamsService``, ``WalletTransactions::ValidateService``,
``Wallets::ValidateService``, ``Invoices::PaidCreditService``.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from consumer.sandbox.lago import billing, refusal, wallets
from consumer.sandbox.lago.notation import Json, text_of
from consumer.sandbox.lago.organization import Organization

MOST_WALLETS = 6
MOST_CREDITS = Decimal(10**25 - 1)
MAX_NAME_CHARS = 255
_STEP = Decimal(1).scaleb(-wallets.CREDIT_DECIMALS)
_KINDS = ("paid", "granted", "voided")
_OF_TRANSACTIONS = frozenset(("paid_credits", "granted_credits", "transaction_name"))


def create(organization: Organization, sent: Json) -> list[Json]:
    """
    What ``POST /wallet_transactions`` does with its root object; returns a transaction a kind of credits.

    A purchase is pending until its invoice is paid. That is final at once, or ``open``, so that it becomes
    final and gets its webhook when it is paid, where the wallet or the request asks for that.

    Raises:
        RefusalError: by field, all that are wrong at once; then the limits of top-ups.
    """
    wallet = organization.wallets.get(str(sent.get("wallet_id")))
    wrong: dict[str, list[str]] = {}
    for field, code in _faults(wallet, sent):
        wrong.setdefault(field, []).append(code)
    if wrong or wallet is None:
        raise refusal.invalid(wrong)
    credits_ = {kind: _floored(sent.get(f"{kind}_credits")) for kind in _KINDS}
    _refuse_beyond_limits(wallet, credits_["paid"], sent)
    named = {"name": sent.get("name") or None} | _given(sent, "purchase_order_number", "metadata")
    made = []
    if credits_["paid"]:
        made.append(_purchase(organization, wallet, credits_["paid"], sent, **named))
    if credits_["granted"]:
        made.append(wallets.grant(organization, wallet, credits_["granted"], **named))
    if credits_["voided"]:
        cents = wallets.cents_of(wallet, credits_["voided"])
        wallets.take(organization, wallet, "voided", cents, **named)
        made.append(next(reversed(organization.wallet_transactions.values())))
    return made


def open_wallet(organization: Organization, sent: Json) -> Json:
    """
    What ``POST /wallets`` does with its root object: a wallet, with its first purchase and grant.

    Raises:
        RefusalError: no such customer, six active wallets, credits that are no decimal text.
    """
    customer = organization.find_customer(str(sent.get("external_customer_id")))
    wrong: dict[str, list[str]] = {}
    for kind in ("paid", "granted"):
        if _is_given(sent, kind) and _decimal(sent[f"{kind}_credits"]) is None:
            wrong[f"{kind}_credits"] = [f"invalid_{kind}_credits", "invalid_amount"]
    if customer is None:
        wrong["customer"] = ["customer_not_found"]
    elif _active(organization, customer) >= MOST_WALLETS:
        wrong["customer"] = ["wallet_limit_reached"]
    if wrong or customer is None:
        raise refusal.invalid(wrong)
    members = {name: value for name, value in sent.items() if name not in _OF_TRANSACTIONS}
    if "rate_amount" in members:
        members["rate_amount"] = text_of(Decimal(str(members["rate_amount"])))
    wallet = wallets.open_wallet(organization, members.pop("external_customer_id"), **members)
    bought = _given(sent, "paid_credits", "granted_credits") | {"name": sent.get("transaction_name")}
    create(organization, {"wallet_id": wallet["lago_id"], **bought})
    return wallet


def _purchase(organization: Organization, wallet: Json, asked: Decimal, sent: Json, **named: Any) -> Json:
    cents = wallets.cents_of(wallet, asked)
    bought = wallets.credits_of(wallet, cents)
    requires = sent.get("invoice_requires_successful_payment")
    is_open = bool(wallet["invoice_requires_successful_payment"] if requires is None else requires)
    named |= {"invoice_requires_successful_payment": is_open}
    transaction = wallets.recorded(organization, wallet, "purchased", "pending", cents, bought, **named)
    item = {"lago_item_id": transaction["lago_id"], "name": transaction["name"] or "credit"}
    fee = {"kind": "credit", "units": bought, "unit_price": wallet["rate_amount"], "amount_cents": cents}
    invoice = billing.bill(
        organization,
        wallet["external_customer_id"],
        [fee | {"item": item}],
        invoice_type="credit",
        status="open" if is_open and organization.is_premium else "finalized",
        currency=wallet["currency"],
        billing_entity_code=wallet["billing_entity_code"],
        purchase_order_number=transaction["purchase_order_number"],
    )
    transaction["lago_invoice_id"] = invoice["lago_id"]
    return transaction


def _faults(wallet: Json | None, sent: Json) -> Iterator[tuple[str, str]]:
    if wallet is None:
        yield "wallet_id", "wallet_not_found"
    elif wallet["status"] == "terminated":
        yield "wallet_id", "wallet_is_terminated"
    for kind in _KINDS:
        if _is_given(sent, kind) and (wallet is not None or kind != "voided"):
            for code in _faults_of(wallet, kind, _decimal(sent[f"{kind}_credits"])):
                yield f"{kind}_credits", code
    if len(str(sent.get("name") or "")) > MAX_NAME_CHARS:
        yield "name", "too_long"


def _faults_of(wallet: Json | None, kind: str, credits_: Decimal | None) -> Iterator[str]:
    if credits_ is None:
        yield f"invalid_{kind}_credits"
        yield "invalid_amount"
    elif wallet is not None and kind == "voided" and credits_ > Decimal(wallet["credits_balance"]):
        yield "insufficient_credits"
    elif wallet is not None and credits_ and kind != "voided" and not wallets.cents_of(wallet, credits_):
        yield "amount_rounds_to_zero"


def _refuse_beyond_limits(wallet: Json, paid: Decimal, sent: Json) -> None:
    if not paid or sent.get("ignore_paid_top_up_limits"):
        return
    cents = wallets.cents_of(wallet, paid)
    least, most = wallet["paid_top_up_min_amount_cents"], wallet["paid_top_up_max_amount_cents"]
    if least is not None and cents < least:
        raise refusal.invalid({"paid_credits": ["amount_below_minimum"]})
    if most is not None and cents > most:
        raise refusal.invalid({"paid_credits": ["amount_above_maximum"]})


def _active(organization: Organization, customer: Json) -> int:
    theirs = (w for w in organization.wallets.values() if w["lago_customer_id"] == customer["lago_id"])
    return sum(wallet["status"] == "active" for wallet in theirs)


def _is_given(sent: Json, kind: str) -> bool:
    return sent.get(f"{kind}_credits") not in {None, False}


def _given(sent: Json, *names: str) -> Json:
    return {name: sent[name] for name in names if sent.get(name) is not None}


def _decimal(text: object) -> Decimal | None:
    """A decimal of zero or more, which Lago takes as text only; None for anything else."""
    try:
        number = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and 0 <= number <= MOST_CREDITS else None


def _floored(text: object) -> Decimal:
    return (_decimal(text) or Decimal(0)).quantize(_STEP, ROUND_FLOOR)
