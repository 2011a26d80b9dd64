"""Wallets and their transactions: purchases with their invoices, grants, voids, and what invoices spend."""

from datetime import timedelta

import pytest

from consumer.sandbox.lago import serializers
from tests.support.lago_server import USAGE

PLAIN = USAGE | {"units": "1", "unit_price": "10", "tax_rate": 0}


def opened(lago, **changes):
    sent = {"external_customer_id": "acme", "rate_amount": "2.0", "currency": "EUR"} | changes
    return lago.send("POST", "wallets", {"wallet": sent})


def added(lago, wallet, **changes):
    sent = {"wallet_id": wallet["lago_id"]} | changes
    return lago.send("POST", "wallet_transactions", {"wallet_transaction": sent})


def wallet_of(lago, **changes):
    wallet = opened(lago, **changes).json()["wallet"]
    lago.server.organization.outbox.clear()
    return wallet


def balance(lago, wallet):
    row = lago.get(f"wallets/{wallet['lago_id']}").json()["wallet"]
    return row["balance_cents"], row["credits_balance"]


def rows(lago, wallet, **params):
    path = f"wallets/{wallet['lago_id']}/wallet_transactions"
    return lago.get(path, **params).json()["wallet_transactions"]


def kinds(found):
    return [(row["transaction_type"], row["transaction_status"], row["status"]) for row in found]


def pay(lago, invoice_id):
    due = lago.server.organization.invoices[invoice_id]["total_due_amount_cents"]
    sent = {"invoice_id": invoice_id, "amount_cents": due, "reference": "SEPA 1"}
    assert lago.send("POST", "payments", {"payment": sent}).status_code == 200


def test_a_purchase_makes_a_credit_invoice_and_waits_for_its_payment(lago):
    """Ten credits of 2.00; the fee is untaxed, its item is the transaction."""
    wallet = wallet_of(lago)

    [bought] = added(lago, wallet, paid_credits="10.0", name="Top-up").json()["wallet_transactions"]

    assert lago.outbox == ["wallet_transaction.created", "invoice.paid_credit_added"]
    assert (bought["amount"], bought["credit_amount"], bought["status"]) == ("20.0", "10.0", "pending")
    assert (bought["remaining_amount_cents"], bought["remaining_credit_amount"]) == (None, None)
    invoice = lago.get(f"invoices/{bought['lago_invoice_id']}").json()["invoice"]
    [fee] = invoice["fees"]
    assert (invoice["invoice_type"], invoice["status"], invoice["total_amount_cents"]) == (
        "credit",
        "finalized",
        2_000,
    )
    assert (fee["item"]["lago_item_id"], fee["item"]["name"]) == (bought["lago_id"], "Top-up")
    assert (fee["units"], fee["precise_unit_amount"], fee["taxes_amount_cents"]) == ("10.0", "2.0", 0)
    assert balance(lago, wallet) == (0, "0.0")


def test_a_paid_purchase_is_in_the_wallet(lago):
    """With a webhook of the transaction and of the wallet."""
    wallet = wallet_of(lago)
    [bought] = added(lago, wallet, paid_credits="10").json()["wallet_transactions"]
    lago.server.organization.outbox.clear()

    pay(lago, bought["lago_invoice_id"])

    assert lago.outbox == ["wallet_transaction.updated", "wallet.updated", "invoice.payment_status_updated"]
    [row] = rows(lago, wallet)
    assert (row["status"], row["remaining_amount_cents"], row["remaining_credit_amount"]) == (
        "settled",
        2_000,
        "10.0",
    )
    assert balance(lago, wallet) == (2_000, "10.0")
    shown = lago.get(f"wallet_transactions/{row['lago_id']}").json()["wallet_transaction"]
    assert shown == row | {"applied_invoice_custom_sections": []}


def test_an_invoice_that_needs_its_payment_is_open_and_final_when_paid(lago):
    """Open invoices are invisible, so that the payment has no webhook of a status."""
    wallet = wallet_of(lago, invoice_requires_successful_payment=True)
    [bought] = added(lago, wallet, paid_credits="10").json()["wallet_transactions"]
    invoice_id = bought["lago_invoice_id"]
    unseen = lago.get(f"invoices/{invoice_id}").status_code
    lago.server.organization.outbox.clear()

    pay(lago, invoice_id)

    assert unseen == 404
    assert lago.outbox == ["wallet_transaction.updated", "wallet.updated", "invoice.paid_credit_added"]
    invoice = lago.get(f"invoices/{invoice_id}").json()["invoice"]
    assert (invoice["status"], invoice["payment_status"], invoice["total_paid_amount_cents"]) == (
        "finalized",
        "succeeded",
        2_000,
    )
    assert balance(lago, wallet) == (2_000, "10.0")


def test_an_invoice_that_only_a_credit_note_settles_grants_nothing(lago):
    """Nor does one whose payment a person marks as failed; one marked as paid does."""
    wallet = wallet_of(lago)
    ids = [
        added(lago, wallet, paid_credits="10").json()["wallet_transactions"][0]["lago_invoice_id"]
        for _ in range(3)
    ]
    lago.act("credit_notes", invoice_id=ids[0], to="offset")
    lago.send("PUT", f"invoices/{ids[1]}", {"invoice": {"payment_status": "failed"}})
    lago.send("PUT", f"invoices/{ids[2]}", {"invoice": {"payment_status": "succeeded"}})

    status = {row["lago_invoice_id"]: row["status"] for row in rows(lago, wallet)}
    assert [status[each] for each in ids] == ["failed", "failed", "settled"]
    assert balance(lago, wallet) == (2_000, "10.0")


def test_a_refund_of_a_purchase_voids_its_credits(lago):
    """The transaction names the credit note; credits that are spent cannot be refunded."""
    wallet = wallet_of(lago)
    bought = [added(lago, wallet, paid_credits="10").json()["wallet_transactions"][0] for _ in range(2)]
    for each in bought:
        pay(lago, each["lago_invoice_id"])
        lago.now += timedelta(minutes=1)
    lago.bill(fees=[PLAIN | {"unit_price": "5"}])
    spent, whole = ({"invoice_id": each["lago_invoice_id"], "to": "refund"} for each in bought)

    refused = lago.request("POST", "/sandbox/credit_notes", json=spent)
    note = lago.act("credit_notes", **whole)

    assert (refused.status_code, "exceeds_remaining" in refused.text) == (422, True)
    [voided] = rows(lago, wallet, transaction_status="voided")
    assert (voided["amount"], voided["lago_credit_note_id"]) == ("20.0", note["lago_id"])
    assert balance(lago, wallet) == (1_500, "7.5")


def test_an_invoice_spends_wallets_by_priority_and_granted_credit_first(lago):
    """The wallet of another currency is left alone; one-off invoices spend nothing."""
    late = wallet_of(lago, granted_credits="100", priority=9)
    first = wallet_of(lago, granted_credits="1", priority=2)
    other = wallet_of(lago, granted_credits="50", currency="USD")
    [bought] = added(lago, first, paid_credits="2").json()["wallet_transactions"]
    pay(lago, bought["lago_invoice_id"])
    one_off = lago.bill(fees=[PLAIN], invoice_type="one_off")

    invoice = lago.bill(fees=[PLAIN])

    assert one_off["prepaid_credit_amount_cents"] == 0
    assert (invoice["prepaid_credit_amount_cents"], invoice["total_amount_cents"]) == (1_000, 0)
    assert invoice["prepaid_granted_credit_amount_cents"] == 200 + 400
    assert invoice["prepaid_purchased_credit_amount_cents"] == 400
    assert [balance(lago, one)[0] for one in (first, late, other)] == [0, 19_600, 10_000]
    [spent] = rows(lago, first, transaction_status="invoiced")
    assert (spent["transaction_type"], spent["amount"], spent["lago_invoice_id"]) == (
        "outbound",
        "6.0",
        invoice["lago_id"],
    )


def test_a_void_gives_prepaid_credit_back_unless_a_note_counts_it(lago):
    """As a grant that names the voided invoice; a terminated wallet gets nothing."""
    wallet, ended = wallet_of(lago, granted_credits="3"), wallet_of(lago, granted_credits="1")
    bills = [lago.bill(fees=[PLAIN | {"unit_price": "4"}]) for _ in range(2)]
    lago.send("DELETE", f"wallets/{ended['lago_id']}", {})

    lago.act("voids", invoice_id=bills[1]["lago_id"], generate_credit_note=True)
    before = balance(lago, wallet)
    lago.act("voids", invoice_id=bills[0]["lago_id"])

    assert (before[0], balance(lago, wallet)[0], balance(lago, ended)[0]) == (0, 400, 0)
    granted = {row["lago_voided_invoice_id"]: row for row in rows(lago, wallet, transaction_status="granted")}
    assert granted.keys() == {None, bills[0]["lago_id"]}
    assert granted[bills[0]["lago_id"]]["amount"] == "4.0"


def test_transactions_are_found_by_kind_and_unknown_words_filter_nothing(lago):
    """An unknown wallet is not found."""
    wallet = wallet_of(lago, granted_credits="3")
    added(lago, wallet, paid_credits="1")
    added(lago, wallet, voided_credits="1")
    empty = wallet_of(lago)

    assert len(rows(lago, wallet)) == 3
    assert kinds(rows(lago, wallet, transaction_type="outbound")) == [("outbound", "voided", "settled")]
    assert kinds(rows(lago, wallet, status="pending")) == [("inbound", "purchased", "pending")]
    assert kinds(rows(lago, wallet, transaction_status="granted")) == [("inbound", "granted", "settled")]
    assert len(rows(lago, wallet, status="unknown", transaction_type="sideways")) == 3
    assert rows(lago, empty) == []
    missing = lago.get("wallets/unknown/wallet_transactions")
    assert (missing.status_code, missing.json()["code"]) == (404, "wallet_not_found")


@pytest.mark.parametrize(
    ("sent", "details"),
    [
        ({"paid_credits": 10}, {"paid_credits": ["invalid_paid_credits", "invalid_amount"]}),
        ({"paid_credits": "-1"}, {"paid_credits": ["invalid_paid_credits", "invalid_amount"]}),
        ({"granted_credits": "x"}, {"granted_credits": ["invalid_granted_credits", "invalid_amount"]}),
        ({"granted_credits": "NaN"}, {"granted_credits": ["invalid_granted_credits", "invalid_amount"]}),
        ({"paid_credits": "0.002"}, {"paid_credits": ["amount_rounds_to_zero"]}),
        ({"voided_credits": "3.1"}, {"voided_credits": ["insufficient_credits"]}),
        ({"voided_credits": ""}, {"voided_credits": ["invalid_voided_credits", "invalid_amount"]}),
        ({"name": "n" * 256}, {"name": ["too_long"]}),
        ({"wallet_id": "unknown"}, {"wallet_id": ["wallet_not_found"]}),
        ({"paid_credits": "1"}, {"paid_credits": ["amount_below_minimum"]}),
        ({"paid_credits": "500"}, {"paid_credits": ["amount_above_maximum"]}),
    ],
)
def test_credits_that_lago_validates_are_refused_by_field(lago, sent, details):
    """422; the wallet has three credits, and top-ups are from 5.00 to 500.00."""
    wallet = wallet_of(
        lago,
        granted_credits="3",
        paid_top_up_min_amount_cents=500,
        paid_top_up_max_amount_cents=50_000,
    )

    response = added(lago, wallet, **sent)

    assert (response.status_code, response.json()["code"]) == (422, "validation_errors")
    assert response.json()["error_details"] == details
    assert len(rows(lago, wallet)) == 1


def test_limits_of_top_ups_may_be_ignored_and_nothing_is_nothing(lago):
    """Zero credits make no transaction."""
    wallet = wallet_of(lago, paid_top_up_min_amount_cents=500)

    [bought] = added(lago, wallet, paid_credits="1", ignore_paid_top_up_limits=True).json()[
        "wallet_transactions"
    ]

    assert bought["amount"] == "2.0"
    assert added(lago, wallet, paid_credits="0").json() == {"wallet_transactions": []}


def test_a_terminated_wallet_takes_no_credits(lago):
    """It has a webhook of its end."""
    wallet = wallet_of(lago)
    lago.send("DELETE", f"wallets/{wallet['lago_id']}", {})

    assert lago.outbox == ["wallet.terminated"]
    refused = added(lago, wallet, paid_credits="1")
    assert refused.json()["error_details"] == {"wallet_id": ["wallet_is_terminated"]}


def test_a_wallet_has_a_customer_and_there_are_six_at_most(lago):
    """422; a first purchase and a grant may come with the wallet."""
    unknown = opened(lago, external_customer_id="nobody")
    wrong = opened(lago, paid_credits=1)
    wallet = opened(lago, paid_credits="5", granted_credits="1", transaction_name="Start").json()["wallet"]
    for _ in range(5):
        opened(lago)
    seventh = opened(lago)

    assert unknown.json()["error_details"] == {"customer": ["customer_not_found"]}
    assert wrong.json()["error_details"] == {"paid_credits": ["invalid_paid_credits", "invalid_amount"]}
    assert seventh.json()["error_details"] == {"customer": ["wallet_limit_reached"]}
    assert {row["transaction_status"] for row in rows(lago, wallet)} == {"purchased", "granted"}
    assert {row["name"] for row in rows(lago, wallet)} == {"Start"}


def test_the_webhook_of_a_transaction_has_its_wallet(lago):
    """And that of a wallet its recurring rules."""
    wallet = wallet_of(lago)
    added(lago, wallet, granted_credits="1")
    organization = lago.server.organization

    created, updated = (serializers.webhook(organization, each) for each in organization.outbox)

    assert (created["webhook_type"], created["object_type"]) == (
        "wallet_transaction.created",
        "wallet_transaction",
    )
    assert created["wallet_transaction"]["wallet"]["lago_id"] == wallet["lago_id"]
    assert updated["wallet"]["recurring_transaction_rules"] == []
    assert updated["wallet"]["balance_cents"] == 200
