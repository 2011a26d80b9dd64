"""Payments of the model: by a provider or by hand, for one invoice or for several."""

from __future__ import annotations

from typing import Any

from tests.lago_model.books import Account
from tests.support import lago

Json = dict[str, Any]


def payment(account: Account, applied: dict[str, int], *, is_manual: bool) -> Json:
    """
    The payment as its events carry it; `applied` says what it pays of each invoice.

    The event does not: it has one amount for all of them (``V1::PaymentSerializer``).
    """
    place = len(account.payments)
    by_hand = {
        "type": "manual",
        "reference": f"SEPA {place}",
        "payment_provider_code": None,
        "payment_provider_type": None,
        "provider_payment_id": None,
        "external_payment_id": None,
    }
    return lago.payment(
        lago_id=lago.id_of("payment", account.customer["lago_id"], account.mark, place),
        lago_customer_id=account.customer["lago_id"],
        external_customer_id=account.customer["external_id"],
        invoice_ids=list(applied),
        invoice_numbers=sorted(account.bill(each).content["number"] for each in applied),
        lago_payable_id=next(iter(applied)),
        payable_type="Invoice" if len(applied) == 1 else "PaymentRequest",
        amount_cents=sum(applied.values()),
        amount_currency=account.currency,
        created_at=f"2026-08-{place % 27 + 1:02d}T11:12:13Z",
        **(by_hand if is_manual else {}),
    )
