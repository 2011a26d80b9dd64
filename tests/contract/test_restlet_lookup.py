"""The unmodified RESTlet on the emulated account: records by external id or number."""

from __future__ import annotations

import json

import pytest

from schemas import wire
from tests.support.restlet import CUSTOMER_ID, INVOICE_ID, NetSuite, customer, invoice
from tests.support.restlet_documents import credit_memo, payment, plain_invoice, void
from tests.support.restlet_references import INVOICE, NOTE_ID, PAYMENT_ID

KEYS = {
    "customer": f"lago-cus-{CUSTOMER_ID}",
    "invoice": f"lago-inv-{INVOICE_ID}",
    "creditmemo": f"lago-cn-{NOTE_ID}",
    "customerpayment": f"lago-pay-{PAYMENT_ID}",
}


@pytest.fixture
def netsuite():
    made = NetSuite()
    made.write(customer(), invoice(), credit_memo("50.00", (INVOICE, "20.00")), payment("600.00"))
    return made


def lookup(netsuite, *items, **changes):
    body = {"v": 1, "op": "lookup", "request_id": "q1", "items": list(items)} | changes
    answer = netsuite.call(body)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def one(netsuite, **key):
    (item,) = lookup(netsuite, {"ref": "1"} | key)["items"]
    return item


@pytest.mark.parametrize(
    ("kind", "number", "totals"),
    [
        ("invoice", "HOO-3F21-202608-057", {"total": "498.31", "applied": "498.31", "due": "0.00"}),
        ("creditmemo", "HOO-3F21-CN-001", {"total": "50.00", "applied": "20.00", "unapplied": "30.00"}),
        ("customerpayment", None, {"total": "600.00", "applied": "478.31", "unapplied": "121.69"}),
    ],
)
def test_a_document_is_told_with_what_is_open(netsuite, kind, number, totals):
    found = one(netsuite, external_id=KEYS[kind])

    record = netsuite.one(kind)
    assert (found["status"], found["type"], found["internalId"]) == ("exists", kind, record["id"])
    assert found["totals"] == totals
    assert (found["currency"], found["voided"]) == ("EUR", False)
    assert found["number"] == (number or record["tranid"])
    assert found["url"].endswith(f"?id={record['id']}")


def test_a_customer_is_told_with_what_it_owes(netsuite):
    """30.00 of the memo and 121.69 of the payment are open."""
    found = one(netsuite, external_id=KEYS["customer"])

    assert (found["type"], found["number"], found["currency"]) == ("customer", "cus_7f21c0", "EUR")
    assert (found["balance"], found["balances"]) == ("-151.69", {"EUR": "-151.69"})


def test_what_a_customer_owes_is_told_by_currency(netsuite):
    netsuite.write(plain_invoice("1080", columns={"currency": "4"}))

    found = one(netsuite, external_id=KEYS["customer"])

    assert (found["balance"], found["balances"]) == ("-151.69", {"EUR": "-151.69", "JPY": "1080"})


def test_a_customer_without_documents_owes_nothing():
    netsuite = NetSuite()
    netsuite.write(customer())

    assert one(netsuite, external_id=KEYS["customer"])["balance"] == "0.00"


def test_a_voided_invoice_is_told_as_such():
    netsuite = NetSuite()
    netsuite.write(customer(), invoice(), void())

    found = one(netsuite, external_id=KEYS["invoice"])

    assert (found["voided"], found["totals"]) == (True, {"total": "0.00", "applied": "0.00", "due": "0.00"})


def test_what_is_not_there_is_missing(netsuite):
    assert one(netsuite, external_id="lago-inv-nobody") == {"ref": "1", "status": "missing", "warnings": []}


def test_the_case_of_an_external_id_does_not_matter(netsuite):
    """Row 25."""
    assert one(netsuite, external_id=KEYS["invoice"].upper())["status"] == "exists"


@pytest.mark.parametrize(
    ("type_", "number", "kind"),
    [
        ("invoice", "HOO-3F21-202608-057", "invoice"),
        ("creditmemo", "HOO-3F21-CN-001", "creditmemo"),
        ("customer", "cus_7f21c0", "customer"),
    ],
)
def test_a_record_is_found_by_its_number_too(netsuite, type_, number, kind):
    assert one(netsuite, type=type_, number=number)["externalId"] == KEYS[kind]


def test_a_number_is_one_of_its_type(netsuite):
    assert one(netsuite, type="invoice", number="HOO-3F21-CN-001")["status"] == "missing"


def test_a_number_that_several_have_is_told(netsuite):
    """NetSuite does not keep numbers apart."""
    netsuite.write(plain_invoice("1.00", columns={"tranid": "HOO-3F21-202608-057"}))

    found = one(netsuite, type="invoice", number="HOO-3F21-202608-057")

    assert found["externalId"] == KEYS["invoice"]
    assert found["warnings"] == [{"code": "LAGO_NUMBER_NOT_UNIQUE", "message": "2 records"}]


def test_a_sales_order_has_a_total_and_nothing_open(netsuite):
    order = invoice(external_id="lago-so-1", columns={"orderstatus": "B", "duedate": None})
    order["record"]["type"] = "salesorder"
    netsuite.write(order)

    assert one(netsuite, external_id="lago-so-1")["totals"] == {"total": "498.31"}


def test_two_hundred_are_looked_up_at_the_price_of_a_few_searches(netsuite):
    """Two groups, their numbers and balances: not one search a record."""
    items = [{"ref": str(place), "external_id": f"lago-inv-{place}"} for place in range(196)]
    items += [{"ref": f"k{place}", "external_id": key} for place, key in enumerate(KEYS.values())]

    response = lookup(netsuite, *items)

    statuses = [item["status"] for item in response["items"]]
    assert (statuses.count("missing"), statuses.count("exists")) == (196, 4)
    assert [item["ref"] for item in response["items"]] == [item["ref"] for item in items]
    assert response["script"]["units_used"] <= 40


@pytest.mark.parametrize(
    "items", [None, [{"ref": str(place), "external_id": "x"} for place in range(201)], [{"external_id": "x"}]]
)
def test_a_list_that_is_none_or_too_long_is_refused(netsuite, items):
    answer = netsuite.call({"v": 1, "op": "lookup", "items": items})

    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (400, "LAGO_BAD_ENVELOPE")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ({}, "LAGO_BAD_ITEM"),
        ({"external_id": ""}, "LAGO_BAD_ITEM"),
        ({"type": "invoice", "number": ""}, "LAGO_BAD_ITEM"),
        ({"type": "journalentry", "number": "1"}, "LAGO_TYPE_NOT_SUPPORTED"),
    ],
)
def test_an_item_that_asks_nothing_fails_alone(netsuite, key, code):
    refused, found = lookup(netsuite, {"ref": "1"} | key, {"ref": "2", "external_id": KEYS["invoice"]})[
        "items"
    ]

    assert (refused["status"], refused["error"]["code"]) == ("error", code)
    assert found["status"] == "exists"


def test_the_answer_is_one_of_the_contract(netsuite):
    answered = lookup(netsuite, *({"ref": key, "external_id": key} for key in (*KEYS.values(), "lago-inv-x")))

    response = wire.Response.model_validate(answered)

    assert response.request_id == "q1"
    assert [item.status for item in response.items] == ["exists", "exists", "exists", "exists", "missing"]
    assert (response.items[0].balance, response.items[1].voided) == ("-151.69", False)


def test_a_role_that_may_not_see_customers_finds_none(netsuite):
    """Row 85."""
    netsuite.reopen(permissions={"LIST_CUSTJOB": 0})

    assert one(netsuite, external_id=KEYS["customer"])["status"] == "missing"
