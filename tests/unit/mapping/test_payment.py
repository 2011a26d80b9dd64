"""Lago's payment as NetSuite's: its amount, its day, and all of its invoices."""

import pytest

from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.mapping_results import columns, document, items, mapped, refused


def paid(**changes):
    return lago.body(lago.event("payment.succeeded", lago.payment(**changes)))


def receipt(**changes):
    content = lago.payment_receipt()
    return lago.body(
        lago.event("payment_receipt.created", content | {"payment": content["payment"] | changes})
    )


def with_payments(**payments):
    return connection(mapping=FULL_MAPPING | {"payments": payments})


def test_a_payment_carries_what_lagos_own_lacks():
    """Date, currency, reference and Lago's id."""
    assert columns(paid()) == {
        "customer": {"externalId": f"lago-cus-{lago.CUSTOMER_ID}"},
        "payment": "10.00",
        "trandate": "2026-08-03",
        "currency": "2",
        "memo": "pi_3Q0aXk",
        "custbody_lago_id": lago.id_of("payment"),
        "autoapply": False,
    }


def test_a_receipt_is_its_payment():
    """Two webhooks, one record."""
    told = lago.payment_receipt(payment=lago.payment())

    as_receipt = document(lago.body(lago.event("payment_receipt.created", told)))
    as_payment = document(paid())

    assert as_receipt["external_id"] == as_payment["external_id"] == f"lago-pay-{lago.id_of('payment')}"
    assert as_receipt["fingerprint"] == as_payment["fingerprint"]


def test_a_manual_payment_carries_its_reference():
    """As it was typed in."""
    assert columns(receipt())["checknum"] == "SEPA 4711"


def test_a_payment_of_several_invoices_is_applied_to_each():
    """In Lago's order, each once; how much is due is known where it is booked."""
    value = paid(invoice_ids=["b", "a", "b"])

    assert document(value)["record"]["lines"] == [
        {
            "sublistId": "apply",
            "lineItems": [
                {"doc": {"externalId": "lago-inv-b"}, "apply": True},
                {"doc": {"externalId": "lago-inv-a"}, "apply": True},
            ],
        }
    ]


def test_a_payment_comes_alone():
    """Its event carries no customer to create."""
    assert [item["record"]["type"] for item in items(paid())] == ["customerpayment"]


def test_a_deposit_account_takes_the_place_of_undeposited_funds():
    """Where one is configured."""
    found = columns(paid(), with_payments(account="1010"))

    assert (found["account"], found["undepfunds"]) == ("1010", False)


@pytest.mark.parametrize(
    ("methods", "chosen"),
    [
        ({"stripe_eu": "1", "stripe": "2", "provider": "3"}, "1"),
        ({"stripe": "2", "provider": "3"}, "2"),
        ({"provider": "3"}, "3"),
        ({"manual": "4"}, None),
        ({}, None),
    ],
)
def test_the_method_is_found_by_provider_code_then_kind_of_provider_then_kind_of_payment(methods, chosen):
    """The nearest wins; none is none."""
    assert columns(paid(), with_payments(methods=methods)).get("paymentmethod") == chosen


def test_configured_fields_stand_in_a_payment():
    """As everywhere."""
    mapping = FULL_MAPPING | {"fields": {"payment": {"location": "3"}}}

    assert columns(paid(), connection(mapping=mapping))["location"] == "3"


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"invoice_ids": []}, "invoice_ids"),
        ({"created_at": None}, "created_at"),
        ({"lago_customer_id": None}, "lago_customer_id"),
    ],
)
def test_a_shortened_payment_is_incomplete(missing, said):
    """Money without a day, a payer or a purpose cannot be booked."""
    rejection = refused(paid(**missing))

    assert rejection.code == "incomplete_event"
    assert rejection.message.endswith(f"the event carries no {said}")
    assert rejection.details["amount"] == "10.00"


def test_a_payment_in_an_unmapped_currency_is_refused_by_its_invoices_numbers():
    """What people know it by."""
    rejection = refused(paid(amount_currency="GBP"))

    assert rejection.code == "unknown_currency"
    assert rejection.message.startswith("payment of ACM-3F21-202608-057: ")


def test_the_method_that_was_chosen_is_a_decision():
    """With its rule."""
    decisions = {
        each.subject: each.rule for each in mapped(paid(), with_payments(methods={"stripe": "2"})).decisions
    }

    assert decisions["columns.paymentmethod"] == "mapping.payments.methods.stripe"


HALF_PAST_MIDNIGHT_IN_AUCKLAND = "2026-07-31T12:30:00Z"


def day_of(connection_=None, **changes):
    value = paid(created_at=HALF_PAST_MIDNIGHT_IN_AUCKLAND, **changes)
    return columns(value, connection_)["trandate"]


def test_a_payment_is_dated_where_its_customer_lives():
    """Half past midnight on August 1 belongs to August."""
    assert day_of(customer=lago.customer(applicable_timezone="Pacific/Auckland")) == "2026-08-01"
    assert day_of(applicable_timezone="Pacific/Auckland") == "2026-08-01"


def test_a_payment_of_an_unknown_customer_is_dated_in_the_connections_zone():
    """Payment events name no customer's zone; UTC unless the connection says otherwise."""
    assert day_of(connection(time_zone="Pacific/Auckland")) == "2026-08-01"
    assert day_of() == "2026-07-31"


def test_a_zone_that_does_not_exist_is_none():
    """The next best decides."""
    assert (
        day_of(connection(time_zone="Pacific/Auckland"), applicable_timezone="Mars/Olympus") == "2026-08-01"
    )


def test_a_manual_payments_day_is_the_one_that_was_typed_in():
    """In any zone."""
    assert day_of(type="manual", applicable_timezone="Pacific/Auckland") == "2026-07-31"
