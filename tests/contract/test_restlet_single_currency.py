"""The unmodified RESTlet where Multiple Currencies is off: no currency fields, no fx columns."""

from __future__ import annotations

import json

import pytest

from consumer.sandbox.netsuite.profile import Profile, Switches
from tests.support.restlet import INVOICE_ID, NetSuite, customer
from tests.support.restlet_documents import billed, credit_memo, payment, plain_invoice, refund, void
from tests.support.restlet_references import INVOICE

USD = {"currency": "1"}
NO_SUITETAX = {"currency": "1", "nexus": None}


def bill(amount="100.00"):
    return plain_invoice(amount, INVOICE_ID, columns=NO_SUITETAX)


def account_with_a_bill():
    netsuite = NetSuite("single-currency")
    written = netsuite.write(customer(columns=USD), bill())
    assert [item["status"] for item in written] == ["created", "created"], written
    return netsuite


def test_row_104_an_invoice_is_booked_and_names_no_currency():
    """The record has no such field; the sandbox shows the account's own."""
    kept = account_with_a_bill().one("invoice")

    assert (kept["total"], kept["currency_iso"]) == ("100.00", "USD")
    assert "currency" not in kept
    assert "exchangerate" not in kept


def test_row_104_a_payment_pays_and_a_credit_note_settles():
    netsuite = account_with_a_bill()

    note, paid = netsuite.write(
        credit_memo("30.00", (INVOICE, "30.00"), columns=NO_SUITETAX), payment("70.00", columns=USD)
    )

    assert (note["status"], paid["totals"]["applied"]) == ("created", "70.00")
    assert netsuite.account.balances()[0]["balance"] == "0.00"


def test_row_104_a_note_is_paid_back_by_a_refund():
    """And an invoice that was paid in full is voided, its payment left to the customer."""
    netsuite = account_with_a_bill()
    given = payment("100.00", columns=USD), credit_memo("30.00", columns=NO_SUITETAX)
    answers = netsuite.write(*given, refund("30.00", columns=USD))
    policy = {"paid": "unapply_and_void"}
    voided = netsuite.write(void(settled={"payments": "100.00"}, policy=policy))[0]

    assert [one["status"] for one in (*answers, voided)] == ["created"] * 3 + ["voided"]
    assert netsuite.one("customerrefund")["total"] == "30.00"
    assert netsuite.account.balances()[0]["balance"] == "-70.00"


def test_row_104_an_invoice_is_voided():
    netsuite = account_with_a_bill()

    voided = netsuite.write(void())[0]

    assert voided["status"] == "voided"
    assert netsuite.write(void())[0]["status"] == "exists"


def test_row_104_a_void_of_what_was_paid_in_part_is_a_memo():
    netsuite = account_with_a_bill()
    netsuite.write(payment("40.00", columns=USD))

    voided = netsuite.write(void())[0]

    assert [warning["code"] for warning in voided["warnings"]] == ["LAGO_VOIDED_BY_MEMO"]


def test_row_104_a_refund_pays_a_credit_note_back():
    netsuite = account_with_a_bill()
    netsuite.write(payment("100.00", columns=USD), credit_memo("30.00", columns=NO_SUITETAX))

    refunded = netsuite.write(refund("30.00", columns=USD))[0]

    assert (refunded["status"], refunded.get("totals")) == ("created", {"total": "30.00"}), refunded
    assert netsuite.one("creditmemo")["amountremaining"] == "0.00"


def test_another_currency_than_the_accounts_is_refused_and_not_booked_as_its_own():
    """Without the field nothing else would keep euros from becoming dollars."""
    netsuite = account_with_a_bill()

    refused = netsuite.write(plain_invoice("10.00", columns=NO_SUITETAX | {"currency": "2"}))[0]

    assert refused["error"]["code"] == "LAGO_CURRENCY_NOT_ON_CUSTOMER"
    assert len(netsuite.account.records("invoice")) == 1


def test_a_look_up_tells_amounts_and_balances_in_the_accounts_currency():
    netsuite = account_with_a_bill()
    netsuite.write(payment("40.00", columns=USD))
    request = {"v": 1, "op": "lookup", "request_id": "r", "items": []}
    keys = [INVOICE["externalId"], customer()["external_id"]]
    request["items"] = [{"ref": key, "external_id": key} for key in keys]

    found, owner = json.loads(netsuite.call(request).body)["items"]

    assert (found["currency"], found["totals"]["due"]) == ("USD", "60.00")
    assert owner["balances"] == {"USD": "60.00"}


def test_the_catalog_loads_the_one_currency_that_cannot_be_searched():
    answer = NetSuite("single-currency").call({"v": 1, "op": "catalog", "kind": "currencies"})

    catalog = json.loads(answer.body)["catalog"]
    assert [(row["id"], row["values"]["symbol"]) for row in catalog["rows"]] == [("1", "USD")]
    assert "error" not in catalog


def test_a_customer_has_no_currency_to_differ_in():
    """A later version warns of nothing that the account does not have."""
    netsuite = account_with_a_bill()
    newer = customer(
        columns=USD | {"companyname": "Raviga", "subsidiary": None}, fingerprint="sha256:2", mode="upsert"
    )

    updated = netsuite.write(newer)[0]

    assert (updated["status"], updated["warnings"]) == ("updated", [])


def test_without_the_column_of_what_is_open_a_look_up_tells_it_and_no_balance():
    """A balance that is not known is left out, not told as nothing."""
    netsuite = billed(switches=Switches(open_amount_column="absent"))
    keys = [INVOICE["externalId"], customer()["external_id"]]
    items = [{"ref": key, "external_id": key} for key in keys]

    found, owner = json.loads(
        netsuite.call({"v": 1, "op": "lookup", "request_id": "r", "items": items}).body
    )["items"]

    assert found["totals"]["due"] == "498.31"
    assert owner["status"] == "exists"
    assert "balance" not in owner


@pytest.mark.parametrize("make", [payment, void, credit_memo])
def test_without_the_column_of_what_is_open_the_records_say_it(make):
    """Oracle uses `fxamountremaining` and lists it nowhere; money does not depend on it."""
    netsuite = billed(switches=Profile.load().switches.model_copy(update={"open_amount_column": "absent"}))

    written = netsuite.write(make())[0]

    assert netsuite.account.profile.switches != Switches()
    assert written["status"] in ("created", "voided"), written
    if make is payment:
        assert written["totals"]["applied"] != "0.00"
