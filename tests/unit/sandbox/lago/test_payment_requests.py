"""Payment requests: what they ask for, what Lago refuses, and what becomes of the invoices."""

import pytest

from consumer.sandbox.lago import serializers


def overdue(lago, *external_ids, **changes):
    """The ids of an overdue invoice of 3.93 for each of the customers."""
    ids = [lago.bill(external_id, **changes)["lago_id"] for external_id in external_ids]
    for lago_id in ids:
        lago.act("overdue", invoice_id=lago_id)
    return ids


def requested(lago, ids, **changes):
    sent = {"external_customer_id": "acme", "lago_invoice_ids": ids} | changes
    return lago.send("POST", "payment_requests", {"payment_request": sent})


def webhook(lago, place=-1):
    organization = lago.server.organization
    return serializers.webhook(organization, organization.outbox[place])


def test_an_overdue_invoice_has_a_webhook_and_a_payment_ends_it(lago):
    """It is no longer overdue once it is paid."""
    [lago_id] = overdue(lago, "acme")
    announced = webhook(lago)
    lago.act("payments", invoice_ids=[lago_id])

    assert announced["webhook_type"] == "invoice.payment_overdue"
    assert announced["invoice"]["payment_overdue"] is True
    assert lago.get(f"invoices/{lago_id}").json()["invoice"]["payment_overdue"] is False


def test_a_request_asks_for_what_is_due_of_overdue_invoices(lago):
    """Less what was paid and offset; the webhook has customer and bare invoices, without links."""
    ids = overdue(lago, "acme", "acme")
    lago.act("payments", invoice_ids=ids[:1], cents=93)
    lago.act("credit_notes", invoice_id=ids[1], to="offset", share="0.5")
    due = [lago.get(f"invoices/{each}").json()["invoice"]["total_due_amount_cents"] for each in ids]

    made = requested(lago, ids, email="dunning@acme.example").json()["payment_request"]

    assert (made["amount_cents"], made["amount_currency"]) == (sum(due), "EUR")
    assert (made["payment_status"], made["email"]) == ("pending", "dunning@acme.example")
    announced = webhook(lago)
    assert announced["webhook_type"] == "payment_request.created"
    assert announced["payment_request"] == made
    assert [one["total_due_amount_cents"] for one in made["invoices"]] == due
    assert not {"fees", "customer"} & made["invoices"][0].keys()
    assert "integration_customers" not in made["customer"]
    assert lago.get(f"payment_requests/{made['lago_id']}").json() == {"payment_request": made}


def test_a_paid_request_has_one_payment_and_its_invoices_are_paid(lago):
    """`invoice_ids` has them all, whichever of them is asked for."""
    ids = overdue(lago, "acme", "acme")
    made = requested(lago, ids).json()["payment_request"]
    seen = len(lago.outbox)

    payment = lago.act("payments", payment_request_id=made["lago_id"], how="charged_at_once")

    assert (payment["payable_type"], payment["lago_payable_id"]) == ("PaymentRequest", made["lago_id"])
    assert (payment["invoice_ids"], payment["amount_cents"]) == (ids, 786)
    assert lago.outbox[seen:] == [
        "payment_request.payment_status_updated",
        "invoice.payment_status_updated",
        "invoice.payment_status_updated",
    ]
    for lago_id in ids:
        [row] = lago.get("payments", invoice_id=lago_id).json()["payments"]
        assert row == payment
        invoice = lago.get(f"invoices/{lago_id}").json()["invoice"]
        assert (invoice["payment_status"], invoice["total_due_amount_cents"]) == ("succeeded", 0)
    [row] = lago.get("payment_requests", payment_status="succeeded").json()["payment_requests"]
    assert row["lago_id"] == made["lago_id"]


def test_an_invoice_that_was_paid_in_part_meanwhile_is_paid_by_what_is_left(lago):
    """Lago charges the amount of the request all the same (``PaymentRequests::Payments::Updatable``)."""
    ids = overdue(lago, "acme", "acme")
    made = requested(lago, ids).json()["payment_request"]
    lago.act("payments", invoice_ids=ids[:1], cents=93)

    payment = lago.act("payments", payment_request_id=made["lago_id"], how="charged_at_once")

    paid = [lago.get(f"invoices/{each}").json()["invoice"]["total_paid_amount_cents"] for each in ids]
    assert (payment["amount_cents"], paid) == (786, [393, 393])


def test_a_refused_charge_has_a_webhook_without_an_amount_and_leaves_the_invoices(lago):
    """The failed payment is in the list; another charge may succeed."""
    ids = overdue(lago, "acme", "acme")
    made = requested(lago, ids).json()["payment_request"]

    failed = lago.act("payment_failures", payment_request_id=made["lago_id"], message="No money.")

    announced = webhook(lago)
    assert announced["webhook_type"] == "payment_request.payment_failure"
    assert announced["object_type"] == "payment_provider_payment_request_payment_error"
    assert announced["payment_provider_payment_request_payment_error"] == {
        "lago_payment_request_id": made["lago_id"],
        "lago_invoice_ids": ids,
        "lago_customer_id": made["customer"]["lago_id"],
        "external_customer_id": "acme",
        "provider_customer_id": "cus_NrdL",
        "payment_provider": "stripe",
        "payment_provider_code": "stripe_eu",
        "provider_error": {"message": "No money.", "error_code": "card_declined"},
    }
    assert failed["payment_status"] == "failed"
    assert lago.get("payments").json()["payments"] == [failed]
    assert lago.get(f"invoices/{ids[0]}").json()["invoice"]["total_due_amount_cents"] == 393
    shown = lago.get(f"payment_requests/{made['lago_id']}").json()["payment_request"]
    assert shown["payment_status"] == "failed"
    lago.act("payments", payment_request_id=made["lago_id"], how="charged_at_once")
    again = lago.request("POST", "/sandbox/payments", json={"payment_request_id": made["lago_id"]})
    assert again.status_code == 422


def test_a_request_needs_a_licence_a_customer_and_invoices_of_the_customer(lago):
    """In this order."""
    lago.customer("globex", currency="EUR")
    theirs = overdue(lago, "globex")
    answers = [
        requested(lago, theirs),
        requested(lago, []),
        requested(lago, ["unknown"]),
        requested(lago, theirs, external_customer_id="nobody"),
    ]
    lago.act("faults", is_premium=False)
    answers.append(requested(lago, theirs, external_customer_id="nobody"))

    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (404, "invoice_not_found"),
        (404, "invoice_not_found"),
        (404, "invoice_not_found"),
        (404, "customer_not_found"),
        (403, "feature_unavailable"),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"currency": "USD"}, "invoices_have_different_currencies"),
        ({"billing_entity_code": "acme-fr"}, "invoices_have_different_billing_entities"),
    ],
)
def test_a_requests_invoices_have_one_currency_and_one_billing_entity(lago, changes, code):
    """405."""
    ids = [*overdue(lago, "acme"), *overdue(lago, "acme", **changes)]

    response = requested(lago, ids)

    assert (response.status_code, response.json()["code"]) == (405, code)


def test_a_request_asks_for_overdue_invoices_only(lago):
    """405; an invoice that is paid is never overdue."""
    response = requested(lago, [*overdue(lago, "acme"), lago.bill()["lago_id"]])
    paid = lago.bill()["lago_id"]
    lago.act("payments", invoice_ids=[paid])

    assert (response.status_code, response.json()["code"]) == (405, "invoices_not_overdue")
    assert lago.request("POST", "/sandbox/overdue", json={"invoice_id": paid}).status_code == 422
