"""``POST /payments``: a payment that a person records, and what Lago refuses."""

import pytest

from consumer.sandbox.lago.http import LIMITED_KEYS

[NO_PAYMENTS] = LIMITED_KEYS
CREDITS = {"fees": [{"kind": "credit", "units": "10", "unit_price": "1"}], "invoice_type": "credit"}


def recorded(lago, invoice, **changes):
    """The response to a payment of 1.00, or of what `changes` say."""
    sent = {"invoice_id": invoice["lago_id"], "amount_cents": 100, "reference": "SEPA 1"} | changes
    return lago.send("POST", "payments", {"payment": sent})


def refused(response):
    """Status, code, and the details where there are any."""
    body = response.json()
    return response.status_code, body["code"], body.get("error_details", {})


def test_a_payment_in_part_is_recorded_without_a_webhook(lago):
    """Lago's answer is the payment, of the day that was entered."""
    invoice = lago.bill()
    seen = len(lago.outbox)

    response = recorded(lago, invoice, paid_at="2026-03-02")

    payment = response.json()["payment"]
    assert response.status_code == 200
    assert (payment["type"], payment["payment_status"], payment["reference"]) == (
        "manual",
        "succeeded",
        "SEPA 1",
    )
    assert (payment["invoice_ids"], payment["created_at"]) == ([invoice["lago_id"]], "2026-03-02T00:00:00Z")
    assert lago.outbox[seen:] == []
    after = lago.get(f"invoices/{invoice['lago_id']}").json()["invoice"]
    assert (after["total_paid_amount_cents"], after["payment_status"]) == (100, "pending")
    assert lago.get(f"payments/{payment['lago_id']}").json() == {"payment": payment}


def test_a_payment_of_all_that_is_due_settles_the_invoice(lago):
    """The receipt, where the organisation issues receipts, and the new status."""
    lago.act("faults", issues_receipts=True)
    invoice = lago.bill()
    seen = len(lago.outbox)

    recorded(lago, invoice, amount_cents=invoice["total_amount_cents"])

    after = lago.get(f"invoices/{invoice['lago_id']}").json()["invoice"]
    assert (after["total_due_amount_cents"], after["payment_status"]) == (0, "succeeded")
    assert lago.outbox[seen:] == ["payment_receipt.created", "invoice.payment_status_updated"]


def test_a_partner_gets_no_receipt(lago):
    """``PaymentReceipts::CreateService`` makes none for partner accounts."""
    lago.act("faults", issues_receipts=True)
    lago.customer("reseller", account_type="partner")
    invoice = lago.bill("reseller")
    seen = len(lago.outbox)

    recorded(lago, invoice)

    assert lago.outbox[seen:] == []


@pytest.mark.parametrize(
    ("sent", "details"),
    [
        ({"invoice_id": ""}, {"invoice_id": ["value_is_mandatory"]}),
        ({"invoice_id": "", "amount_cents": 0}, {"invoice_id": ["value_is_mandatory"]}),
        ({"amount_cents": None}, {"amount_cents": ["invalid_value"]}),
        ({"amount_cents": 0}, {"amount_cents": ["invalid_value"]}),
        ({"amount_cents": -5}, {"amount_cents": ["invalid_value"]}),
        ({"amount_cents": "100"}, {"amount_cents": ["invalid_value"]}),
        ({"amount_cents": 100.0}, {"amount_cents": ["invalid_value"]}),
        ({"amount_cents": True}, {"amount_cents": ["invalid_value"]}),
        ({"paid_at": "yesterday"}, {"paid_at": ["invalid_date"]}),
        ({"reference": ""}, {"reference": ["value_is_mandatory"]}),
        ({"reference": "x" * 41}, {"reference": ["value_is_too_long"]}),
        ({"amount_cents": 394}, {"amount_cents": ["value_is_out_of_range"]}),
        (
            {"amount_cents": 394, "reference": None},
            {"reference": ["value_is_mandatory"], "amount_cents": ["value_is_out_of_range"]},
        ),
    ],
)
def test_a_payment_that_lago_validates_is_refused_by_field(lago, sent, details):
    """422; the invoice has 3.93 due. Nothing is recorded."""
    invoice = lago.bill()

    assert refused(recorded(lago, invoice, **sent)) == (422, "validation_errors", details)
    assert lago.get("payments").json()["payments"] == []


def test_a_request_without_a_payment_is_a_bad_one(lago):
    """400, and no code."""
    response = lago.send("POST", "payments", {"invoice": {}})

    assert response.status_code == 400
    assert response.json() == {
        "status": 400,
        "error": "BadRequest: param is missing or the value is empty or invalid: payment",
    }


def test_an_invoice_that_does_not_exist_is_not_found(lago):
    """404."""
    assert refused(recorded(lago, {"lago_id": "unknown"})) == (404, "invoice_not_found", {})


@pytest.mark.parametrize("status", ["draft", "pending", "failed", "voided", "closed"])
def test_only_final_and_open_invoices_take_a_payment(lago, status):
    """403 with the code of a missing licence."""
    invoice = lago.bill(status="finalized" if status == "voided" else status)
    if status == "voided":
        lago.act("voids", invoice_id=invoice["lago_id"])

    assert refused(recorded(lago, invoice)) == (403, "feature_unavailable", {})


def test_a_payment_by_hand_needs_a_licence_and_the_permission(lago):
    """403 with a code of its own each."""
    invoice = lago.bill()
    payment = {"payment": {"invoice_id": invoice["lago_id"], "amount_cents": 1, "reference": "x"}}
    headers = {"authorization": f"Bearer {NO_PAYMENTS}"}
    limited = lago.request("POST", "/api/v1/payments", json=payment, headers=headers)
    lago.act("faults", is_premium=False)

    assert refused(limited) == (403, "write_action_not_allowed_for_payment", {})
    assert refused(recorded(lago, invoice)) == (403, "feature_unavailable", {})


def test_prepaid_credit_is_paid_for_in_whole(lago):
    """Less than the total is refused."""
    invoice = lago.bill(**CREDITS)

    assert refused(recorded(lago, invoice)) == (
        422,
        "validation_errors",
        {"amount_cents": ["invalid_amount"]},
    )
    assert recorded(lago, invoice, amount_cents=1_000).status_code == 200


def test_an_invoice_of_a_paid_request_takes_no_payment(lago):
    """Nor is anything due."""
    bills = [lago.bill() for _ in range(2)]
    lago.act("payments", invoice_ids=[one["lago_id"] for one in bills])

    status, _, details = refused(recorded(lago, bills[0]))

    assert (status, details["base"]) == (422, ["payment_request_is_already_succeeded"])
