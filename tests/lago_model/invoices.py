"""Invoices of the model: fees of every type, several taxes, every kind of discount."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from tests.lago_model.books import Account
from tests.support import lago
from tests.support.lago import Discounts

Json = dict[str, Any]

RATES = (0, 7, 19, 19, 20)
PRICES = ("0.005", "0.333333333333333", "3.33", "9.99", "10", "120", "4999.5")
UNITS = ("1", "2", "3", "0.5", "17.25", "1000")
EVENTS = {
    "subscription": "invoice.created",
    "progressive_billing": "invoice.created",
    "one_off": "invoice.one_off_created",
    "credit": "invoice.paid_credit_added",
}
FEE_KINDS = {
    "subscription": ("charge", "subscription", "fixed_charge", "commitment", "product"),
    "progressive_billing": ("charge",),
    "one_off": ("add_on",),
    "credit": ("credit",),
}
# Only invoices of subscriptions are lessened by coupons, prepaid credits and notes
# (lago-api ``Invoices::CreateOneOffService``, ``Invoices::PaidCreditService`` apply none).
DISCOUNTED = frozenset({"subscription"})


def kind_of(dice: Random) -> str:
    """The type of the next invoice: most are of subscriptions."""
    return dice.choice(("subscription",) * 3 + ("progressive_billing", "one_off", "credit"))


def fees(dice: Random, kind: str, names: tuple[str, int]) -> list[Json]:
    """One to four fees; what customers buy in advance is never taxed."""
    count = 1 if kind == "credit" else dice.randint(1, 4)
    return [_fee(dice, kind, (*names, place)) for place in range(count)]


def _fee(dice: Random, kind: str, names: tuple[object, ...]) -> Json:
    return lago.fee(
        dice.choice(FEE_KINDS[kind]),
        f"code_{names[-1]}",
        lago_id=lago.id_of("fee", *names),
        units=dice.choice(UNITS),
        unit_price=dice.choice(PRICES),
        tax_rate=0 if kind == "credit" else dice.choice(RATES),
        created_at=f"2026-08-01T00:05:0{dice.randint(0, 2)}Z",
    )


def invoice(dice: Random, account: Account, kind: str, names: tuple[str, int]) -> tuple[Json, dict[str, int]]:
    """A finalised invoice, and what it takes of each credit note that the customer has left to spend."""
    listed = fees(dice, kind, names)
    before_tax = _before_tax(dice, listed, account.currency) if kind in DISCOUNTED else Discounts()
    if before_tax.coupons and not before_tax.progressive and dice.random() < 0.3:
        listed = _limited(listed, account.currency, before_tax.coupons)
    net = lago.invoice(listed, currency=account.currency, discounts=before_tax)
    spent = _spent(account, net["total_amount_cents"]) if kind in DISCOUNTED else {}
    left = net["total_amount_cents"] - sum(spent.values())
    prepaid = dice.choice((0, 0, left // 3, left)) if kind in DISCOUNTED else 0
    discounts = Discounts(
        coupons=before_tax.coupons,
        progressive=before_tax.progressive,
        credit_notes=sum(spent.values()),
        prepaid=prepaid,
    )
    day, granted = 1 + names[1] % 27, (0, prepaid // 2, prepaid)[names[1] % 3]
    content = lago.invoice(
        listed,
        currency=account.currency,
        discounts=discounts,
        lago_id=lago.id_of("invoice", *names),
        number=f"{account.customer['slug']}-{account.mark}202608-{names[1]:03d}",
        billing_entity_code=account.entity,
        invoice_type=kind,
        issuing_date=f"2026-08-{day:02d}",
        created_at=f"2026-08-{day:02d}T00:05:01Z",
        updated_at=f"2026-08-{day:02d}T00:05:06Z",
        customer=account.customer,
        prepaid_granted_credit_amount_cents=granted if prepaid else None,
        prepaid_purchased_credit_amount_cents=prepaid - granted if prepaid else None,
    )
    return content | {"credits": _credits(account, content, spent)}, spent


def _before_tax(dice: Random, listed: list[Json], currency: str) -> Discounts:
    gross = lago.invoice(listed, currency=currency)["fees_amount_cents"]
    coupons = dice.choice((0, 0, gross // 10, gross // 3, gross))
    progressive = dice.choice((0, 0, 0, (gross - coupons) // 2))
    return Discounts(coupons=coupons, progressive=progressive)


def _limited(listed: list[Json], currency: str, coupons: int) -> list[Json]:
    """The fees with a coupon that some of them, from the first on, bear alone."""
    left, borne = coupons, []
    for fee in lago.invoice(listed, currency=currency)["fees"]:
        share = min(left, fee["amount_cents"])
        left -= share
        borne.append(_bearing(fee, share, currency))
    return borne


def _bearing(fee: Json, share: int, currency: str) -> Json:
    subunits = lago.SUBUNITS.get(currency, 100)
    tax = (fee["amount_cents"] - share) * Decimal(str(fee["taxes_rate"])) / 100
    return fee | {
        "precise_coupons_amount_cents": lago.text_of(Decimal(share)),
        "sub_total_excluding_taxes_amount_cents": fee["amount_cents"] - share,
        "sub_total_excluding_taxes_precise_amount_cents": lago.text_of(Decimal(fee["amount_cents"] - share)),
        "taxes_amount_cents": lago.rounded(tax),
        "taxes_precise_amount": lago.text_of(round(tax / subunits, 15)),
        "total_amount_cents": fee["amount_cents"] + lago.rounded(tax),
        "precise_total_amount": lago.text_of((fee["amount_cents"] - share + tax) / subunits),
    }


def _spent(account: Account, total: int) -> dict[str, int]:
    spent = {}
    for note in account.notes:
        taken = min(note.balance, total - sum(spent.values()))
        if taken > 0:
            spent[note.lago_id] = taken
    return spent


def _credits(account: Account, content: Json, spent: dict[str, int]) -> list[Json]:
    others = [entry for entry in content["credits"] if entry["item"]["type"] != "credit_note"]
    return others + [_credit(account.note(lago_id).content, cents) for lago_id, cents in spent.items()]


def _credit(note: Json, cents: int) -> Json:
    entry = lago.credit("credit_note", note["number"], note["invoice_number"], cents, note["currency"])
    return entry | {"item": entry["item"] | {"lago_item_id": note["lago_id"]}}
