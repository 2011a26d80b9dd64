"""The unmodified RESTlet on the emulated account: customer payments."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.books import Books, StaleError
from tests.support.other_worker import before_first_insert
from tests.support.restlet import INVOICE_ID, NetSuite, codes, customer
from tests.support.restlet_documents import billed, credit_memo, payment, plain_invoice, void
from tests.support.restlet_references import INVOICE, NOTE, OTHER_INVOICE, PAYMENT_ID


@pytest.fixture
def netsuite():
    return billed()


def due(netsuite, place=0):
    return netsuite.account.records("invoice")[place]["amountremaining"]


def test_a_payment_pays_its_invoice(netsuite):
    """Row 60, 65: the invoice is paid in full."""
    written = netsuite.write(payment())[0]

    paid, bill = netsuite.one("customerpayment"), netsuite.one("invoice")
    assert written["status"] == "created"
    assert written["totals"] == {"total": "498.31", "applied": "498.31", "unapplied": "0.00"}
    assert written["warnings"] == []
    assert written["url"].endswith(f"/app/accounting/transactions/custpymt.nl?id={written['internalId']}")
    assert (paid["trandate"], paid["checknum"], paid["memo"]) == ("2026-08-05", "WIRE-77", "pi_123")
    assert (paid["custbody_lago_id"], paid["externalid"]) == (PAYMENT_ID, f"lago-pay-{PAYMENT_ID}")
    assert (bill["status"], bill["amountremaining"]) == ("CustInvc:B", "0.00")


def test_a_payment_of_less_leaves_the_rest_due(netsuite):
    """Row 60."""
    netsuite.write(payment("100.00"))

    assert due(netsuite) == "398.31"
    assert netsuite.one("invoice")["status"] == "CustInvc:A"


def test_a_payment_of_more_leaves_the_rest_unapplied(netsuite):
    """Row 60: the unapplied rest is a warning with its amount."""
    written = netsuite.write(payment("510.31"))[0]

    assert written["totals"] == {"total": "510.31", "applied": "498.31", "unapplied": "12.00"}
    assert written["warnings"] == [{"code": "LAGO_UNAPPLIED", "amount": "12.00"}]
    assert netsuite.one("customerpayment")["unapplied"] == "12.00"


def test_a_payment_goes_through_its_invoices_in_order(netsuite):
    netsuite.write(plain_invoice("80.00"))

    netsuite.write(payment("530.00", (INVOICE, None), (OTHER_INVOICE, None)))

    assert (due(netsuite), due(netsuite, 1)) == ("0.00", "48.31")


def test_the_order_is_the_requests_not_netsuites(netsuite):
    netsuite.write(plain_invoice("80.00"))

    netsuite.write(payment("100.00", (OTHER_INVOICE, None), (INVOICE, None)))

    assert (due(netsuite), due(netsuite, 1)) == ("478.31", "0.00")


def test_a_line_with_an_amount_gets_exactly_that(netsuite):
    netsuite.write(plain_invoice("80.00"))

    written = netsuite.write(payment("100.00", (INVOICE, "60.00"), (OTHER_INVOICE, "15.50")))[0]

    assert (due(netsuite), due(netsuite, 1)) == ("438.31", "64.50")
    assert written["totals"]["unapplied"] == "24.50"


def test_the_invoices_of_a_long_payment_are_found_in_one_search(netsuite):
    """Twenty invoices cost no more searches than two."""
    ids = [f"a{number:03}" for number in range(20)]
    netsuite.write(*(plain_invoice("5.00", one) for one in ids))
    lines = [({"externalId": f"lago-inv-{one}"}, None) for one in ids]

    response = netsuite.response(payment("100.00", *lines))

    assert response["items"][0]["totals"]["applied"] == "100.00"
    assert response["script"]["units_used"] < 120


@pytest.mark.parametrize(
    ("amount", "line", "left"), [("600.00", "498.32", "498.31 is left"), ("50.00", "60.00", "50.00 is left")]
)
def test_more_than_there_is_cannot_be_applied(netsuite, amount, line, left):
    """Neither more than is due on the invoice nor more than was paid."""
    error = netsuite.write(payment(amount, (INVOICE, line)))[0]["error"]

    assert (error["code"], error["class"], error["line"]) == ("LAGO_OVERAPPLIED", "state", 0)
    assert line in error["message"]
    assert left in error["message"]
    assert netsuite.account.records("customerpayment") == []


def test_the_same_payment_again_is_found(netsuite):
    first, second = netsuite.write(payment("510.31"))[0], netsuite.write(payment("510.31"))[0]

    assert (second["status"], second["internalId"]) == ("exists", first["internalId"])
    assert second["totals"] == first["totals"]
    assert codes(second) == ["LAGO_UNAPPLIED"]
    assert len(netsuite.account.records("customerpayment")) == 1


def test_another_amount_under_the_same_id_is_a_conflict(netsuite):
    netsuite.write(payment())

    assert netsuite.write(payment("1.00", fingerprint="sha256:other"))[0]["status"] == "conflict"


def test_a_payment_waits_for_all_of_its_invoices(netsuite):
    error = netsuite.write(payment("530.00", (INVOICE, None), (OTHER_INVOICE, None)))[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_REFERENCE_NOT_FOUND", "dependency")
    assert (error["field"], error["line"]) == ("doc", 1)
    assert due(netsuite) == "498.31"
    assert netsuite.account.records("customerpayment") == []


def test_a_payment_of_a_paid_invoice_stays_unapplied(netsuite):
    """Row 65: nothing of the list is open, so it is made from the customer."""
    netsuite.write(payment())

    second = payment("20.00", external_id="lago-pay-2", lago_id="p2", fingerprint="sha256:p2")
    written = netsuite.write(second)[0]

    assert written["totals"] == {"total": "20.00", "applied": "0.00", "unapplied": "20.00"}
    assert codes(written) == ["LAGO_UNAPPLIED"]


def test_a_payment_of_a_voided_invoice_stays_unapplied(netsuite):
    netsuite.write(void(), plain_invoice("80.00"))

    written = netsuite.write(payment("100.00", (INVOICE, None), (OTHER_INVOICE, None)))[0]

    assert written["totals"] == {"total": "100.00", "applied": "80.00", "unapplied": "20.00"}


def test_only_what_was_asked_for_is_paid(netsuite):
    """Row 60: made from the customer or from an invoice, NetSuite may have ticked what is not ours."""
    netsuite.write(plain_invoice("80.00"))

    netsuite.write(payment("500.00", (OTHER_INVOICE, None)))

    assert (due(netsuite), due(netsuite, 1)) == ("498.31", "0.00")


def test_a_credited_invoice_is_paid_for_what_is_left(netsuite):
    netsuite.write(credit_memo("50.00", (INVOICE, "50.00")))

    written = netsuite.write(payment("448.31"))[0]

    assert written["totals"]["unapplied"] == "0.00"
    assert due(netsuite) == "0.00"


def test_the_invoice_of_another_customer_cannot_be_paid(netsuite):
    other = customer(
        external_id="lago-cus-b", lago_id="b", columns={"custentity_lago_id": "b", "entityid": "b"}
    )
    netsuite.write(other)

    error = netsuite.write(payment(columns={"customer": {"externalId": "lago-cus-b"}}))[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_CUSTOMER_MISMATCH", "invalid_reference")
    assert "HOO-3F21-202608-057" in error["message"]


def test_an_invoice_of_another_currency_cannot_be_paid(netsuite):
    """Row 71."""
    error = netsuite.write(payment(columns={"currency": "1"}))[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_CURRENCY_MISMATCH", "state")
    assert "HOO-3F21-202608-057" in error["message"]
    assert "in EUR" in error["message"]


def test_what_is_no_invoice_cannot_be_paid(netsuite):
    netsuite.write(credit_memo("50.00"))

    doc = {"externalId": credit_memo()["external_id"]}
    error = netsuite.write(payment("10.00", (doc, None)))[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_INVALID_REFERENCE", "invalid_reference")


def test_a_payment_is_deposited_where_the_connection_says(netsuite):
    netsuite.write(payment(columns={"undepfunds": False, "account": "110", "paymentmethod": "9"}))

    paid = netsuite.one("customerpayment")
    assert (paid["undepfunds"], paid["account"], paid["paymentmethod"]) == ("F", "110", "9")
    assert paid["status"] == "CustPymt:C"


def test_without_an_account_a_payment_waits_to_be_deposited(netsuite):
    netsuite.write(payment())

    assert netsuite.one("customerpayment")["undepfunds"] == "T"
    assert netsuite.one("customerpayment")["status"] == "CustPymt:B"


@pytest.mark.parametrize(("column", "value"), [("paymentmethod", "77"), ("account", "77")])
def test_what_the_account_does_not_have_is_named(netsuite, column, value):
    """Row 43."""
    error = netsuite.write(payment(columns={column: value}))[0]["error"]

    assert (error["code"], error["field"]) == ("INVALID_KEY_OR_REF", column)
    assert due(netsuite) == "498.31"


@pytest.mark.parametrize(("currency", "amount"), [("4", "1080"), ("5", "396.09")])
def test_amounts_have_the_decimals_of_the_currency(currency, amount):
    """Row 41: JPY has none, KWD two."""
    netsuite = NetSuite()
    bill = plain_invoice(amount, INVOICE_ID, columns={"currency": currency})
    netsuite.write(customer(columns={"currency": currency}), bill)

    written = netsuite.write(payment(amount, columns={"currency": currency}))[0]

    assert written["totals"]["applied"] == amount


def test_a_payment_that_lost_a_race_is_built_again_with_what_is_left(netsuite, monkeypatch):
    """Row 32, 62: another payment took part of the invoice while this one was open."""
    other = payment("400.00", external_id="lago-pay-2", lago_id="p2", fingerprint="sha256:p2")
    faster = before_first_insert(monkeypatch, lambda: netsuite.write(other)[0]["status"])

    written = netsuite.write(payment())[0]

    assert faster == ["created"]
    assert written["totals"] == {"total": "498.31", "applied": "98.31", "unapplied": "400.00"}
    assert due(netsuite) == "0.00"


def test_a_payment_of_an_invoice_that_has_just_been_paid_is_made_from_the_customer(netsuite, monkeypatch):
    other = payment(external_id="lago-pay-2", lago_id="p2", fingerprint="sha256:p2")
    before_first_insert(monkeypatch, lambda: netsuite.write(other))

    assert netsuite.write(payment())[0]["totals"]["unapplied"] == "498.31"


def test_a_record_that_keeps_changing_is_left_for_later(netsuite, monkeypatch):
    def always_stale(*_):
        raise StaleError

    monkeypatch.setattr(Books, "insert", always_stale)

    error = netsuite.write(payment())[0]["error"]

    assert (error["code"], error["class"], error["retryable"]) == ("RCRD_HAS_BEEN_CHANGED", "transient", True)


def test_a_payment_that_netsuite_makes_otherwise_is_not_saved(netsuite, monkeypatch):
    """The account's own customisation may change what was set."""
    monkeypatch.setattr(
        "consumer.sandbox.netsuite.suitescript.payment.apply_lines.summarise",
        lambda draft, _: draft.body.values.update(applied=draft.body.get("payment")),
    )

    error = netsuite.write(payment("600.00"))[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_TOTAL_MISMATCH", "total_mismatch")
    assert "600.00 with 498.31 applied" in error["message"]
    assert netsuite.account.records("customerpayment") == []


def test_a_payment_found_by_lago_id_is_stamped(netsuite):
    """Made by another integration, without our external id."""
    fields = {"custbody_lago_id": PAYMENT_ID, "customer": "501", "entity": "501", "currency": "2"}
    netsuite.account.books.insert("transaction", "customerpayment", fields | {"payment": "498.31"}, {})

    written = netsuite.write(payment())[0]

    assert (written["status"], written["externalId"]) == ("adopted", f"lago-pay-{PAYMENT_ID}")


def test_a_dry_run_of_a_payment_books_nothing(netsuite):
    written = netsuite.write(payment(), dry_run=True)[0]

    assert (written["status"], codes(written)) == ("created", ["LAGO_DRY_RUN"])
    assert due(netsuite) == "498.31"


OF_BOTH = ((INVOICE, None), (OTHER_INVOICE, None))


def paid_together(netsuite, amount="548.31"):
    """A payment of both invoices, due 498.31 and 80.00, before any credit note of the first is known."""
    netsuite.write(plain_invoice("80.00"), payment(amount, *OF_BOTH))


def test_a_shared_payment_gives_way_to_a_note_that_offsets_one_of_its_invoices(netsuite):
    """Lago said nothing of the shares: what the note states counts, the rest goes to the other invoice."""
    paid_together(netsuite)

    written = netsuite.write(credit_memo("50.00", (INVOICE, "30.00")))[0]

    assert written["status"] == "created"
    assert written["warnings"] == [
        {"code": "LAGO_SHARE_MOVED", "amount": "30.00", "message": written["warnings"][0]["message"]}
    ]
    assert (due(netsuite), due(netsuite, 1)) == ("0.00", "0.00")
    paid = netsuite.one("customerpayment")
    assert (paid["payment"], paid["applied"], paid["unapplied"]) == ("548.31", "548.31", "0.00")


def test_what_its_other_invoices_do_not_need_of_a_shared_payment_stays_unapplied(netsuite):
    paid_together(netsuite, "578.31")

    netsuite.write(credit_memo("50.00", (INVOICE, "30.00")))

    assert netsuite.one("customerpayment")["unapplied"] == "30.00"
    assert netsuite.one("creditmemo")["unapplied"] == "20.00"


def test_a_shared_payment_gives_way_to_a_payment_of_one_of_its_invoices(netsuite):
    paid_together(netsuite)
    single = payment("30.00", external_id="lago-pay-2", lago_id="p2", fingerprint="sha256:p2")

    written = netsuite.write(single)[0]

    assert written["totals"] == {"total": "30.00", "applied": "30.00", "unapplied": "0.00"}
    assert codes(written) == ["LAGO_SHARE_MOVED"]
    assert (due(netsuite), due(netsuite, 1)) == ("0.00", "0.00")


def test_a_shared_payment_gives_way_to_a_credit_that_an_invoice_has_spent(netsuite):
    """The memo came after the payment, which had taken the whole invoice."""
    bill = plain_invoice("80.00", apply_credits=[{"doc": NOTE, "amount": "50.00"}])
    netsuite.write(bill)
    netsuite.write(payment("528.31", (OTHER_INVOICE, None), (INVOICE, None)))

    _, repeated = netsuite.write(credit_memo("50.00"), bill)

    assert (repeated["status"], codes(repeated)) == ("exists", ["LAGO_SHARE_MOVED"])
    assert (due(netsuite), due(netsuite, 1)) == ("0.00", "0.00")
    assert netsuite.one("creditmemo")["unapplied"] == "0.00"


def test_shares_that_a_request_states_do_not_give_way(netsuite):
    netsuite.write(plain_invoice("80.00"), payment("578.31", (INVOICE, "498.31"), (OTHER_INVOICE, "80.00")))

    error = netsuite.write(credit_memo("50.00", (INVOICE, "30.00")))[0]["error"]

    assert error["code"] == "LAGO_OVERAPPLIED"
    assert netsuite.one("customerpayment")["applied"] == "578.31"


def test_a_shared_payment_that_holds_too_little_is_left_alone(netsuite):
    """Most of the invoice was paid by another payment, which is no guess."""
    single = payment("490.00", external_id="lago-pay-2", lago_id="p2", fingerprint="sha256:p2")
    netsuite.write(single, plain_invoice("80.00"), payment("88.31", *OF_BOTH))

    error = netsuite.write(credit_memo("50.00", (INVOICE, "30.00")))[0]["error"]

    assert error["code"] == "LAGO_OVERAPPLIED"
    assert netsuite.account.records("customerpayment")[1]["applied"] == "88.31"


def test_the_same_document_again_moves_no_share_twice(netsuite):
    paid_together(netsuite)
    note = credit_memo("50.00", (INVOICE, "30.00"))
    netsuite.write(note)

    again = netsuite.write(note, payment("548.31", *OF_BOTH))

    assert [(one["status"], one["warnings"]) for one in again] == [("exists", []), ("exists", [])]
    assert (due(netsuite), due(netsuite, 1)) == ("0.00", "0.00")


def test_a_dry_run_moves_no_share(netsuite):
    paid_together(netsuite)

    written = netsuite.write(credit_memo("50.00", (INVOICE, "30.00")), dry_run=True)[0]

    assert (written["status"], codes(written)) == ("created", ["LAGO_DRY_RUN", "LAGO_NOT_CHECKED"])
    assert netsuite.one("customerpayment")["applied"] == "548.31"
    assert due(netsuite, 1) == "30.00"


def test_an_account_without_the_field_refuses_what_it_cannot_make_room_for(netsuite):
    """Its project was deployed before payments remembered their invoices."""
    known = netsuite.account.profile.custom_fields
    netsuite.reopen(custom_fields=tuple(one for one in known if one.id != "custbody_lago_payment_invoices"))
    paid_together(netsuite)

    error = netsuite.write(credit_memo("50.00", (INVOICE, "30.00")))[0]["error"]

    assert error["code"] == "LAGO_OVERAPPLIED"
