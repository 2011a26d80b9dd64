"""The unmodified RESTlet on the emulated account: documents that others wrote, found and marked."""

from __future__ import annotations

import json

import pytest

from tests.contract.native_books import NativeBooks
from tests.support.restlet import INVOICE_ID, NetSuite, invoice
from tests.support.restlet_documents import credit_memo, payment
from tests.support.restlet_references import NOTE_ID, PAYMENT_ID

NUMBER = "HOO-1"
LAGO_INVOICE = {
    "lago_id": INVOICE_ID, "number": NUMBER, "total_amount_cents": 49_831, "issuing_date": "2026-08-01",
}  # fmt: skip
LAGO_NOTE = {
    "lago_id": NOTE_ID, "number": "HOO-1-CN1", "total_amount_cents": 5_000, "issuing_date": "2026-08-10",
}  # fmt: skip
LAGO_CUSTOMER = {"name": "Raviga", "external_id": "cus_7f21c0", "lago_id": "9a"}


class Books:
    """A customer's invoice, its payment and a credit memo as another integration wrote them."""

    def __init__(self, *, marked=True):
        self.netsuite = NetSuite()
        native = NativeBooks(self.netsuite)
        customer = native.customer(LAGO_CUSTOMER)
        self.invoice = native.invoice(customer, LAGO_INVOICE, marked=marked)
        self.payment = native.payment(self.invoice)
        self.memo = native.credit_memo(customer, LAGO_NOTE)

    def adopt(self, item, internal_id, **options):
        adopted = item | {"mode": "adopt", "internal_id": internal_id}
        adopted["record"] = {"type": item["record"]["type"]}
        return self.netsuite.write(adopted, **options)[0]

    def unmarked(self, **asked):
        answer = self.netsuite.call({"v": 1, "op": "unmarked", "request_id": "q1"} | asked)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)["ledger"]

    def marks(self, record_type):
        record = self.netsuite.one(record_type)
        return (
            record.get("externalid"),
            record.get("custbody_lago_id"),
            record.get("custbody_lago_fingerprint"),
        )


def test_each_kind_is_adopted_once_and_only_its_marks_are_set():
    """The fingerprint stays empty: the content is not ours."""
    books = Books()
    before = books.netsuite.one("invoice")

    first = [
        books.adopt(invoice(), books.invoice),
        books.adopt(credit_memo(), books.memo),
        books.adopt(payment(), books.payment),
    ]
    second = [books.adopt(invoice(), books.invoice), books.adopt(payment(), books.payment)]

    assert [each["status"] for each in first] == ["adopted"] * 3
    assert [each["status"] for each in second] == ["exists"] * 2
    assert books.marks("invoice") == (f"lago-inv-{INVOICE_ID}", INVOICE_ID, None)
    assert books.marks("creditmemo")[:2] == (f"lago-cn-{NOTE_ID}", NOTE_ID)
    assert books.marks("customerpayment")[:2] == (f"lago-pay-{PAYMENT_ID}", PAYMENT_ID)
    after = books.netsuite.one("invoice")
    assert (after["trandate"], after["total"]) == (before["trandate"], before["total"])


def test_a_dry_run_marks_nothing():
    """It says what would be done."""
    books = Books(marked=False)

    assert books.adopt(invoice(), books.invoice, dry_run=True)["status"] == "adopted"
    assert books.marks("invoice")[0] is None


@pytest.mark.parametrize(
    ("internal_id", "code"),
    [("4711", "LAGO_LINK_NOT_FOUND"), (None, "LAGO_BAD_ITEM")],
)
def test_what_is_not_there_is_not_adopted(internal_id, code):
    """The error says which id it was."""
    assert Books().adopt(invoice(), internal_id)["error"]["code"] == code


def test_a_document_of_another_id_is_not_adopted():
    """Nor one whose document stands already as another record."""
    books = Books()
    other = invoice(lago_id="another", external_id="lago-inv-another")
    native = NativeBooks(books.netsuite)
    twin = native.invoice(str(books.netsuite.one("customer")["id"]), LAGO_INVOICE | {"number": "HOO-2"})

    assert books.adopt(other, books.invoice)["error"]["code"] == "LAGO_LINK_TAKEN"
    assert books.adopt(invoice(), twin)["error"]["code"] == "LAGO_LINK_TAKEN"


def test_documents_without_marks_are_found_by_number_and_payments_by_their_invoice():
    """The id that a payment has from its invoice is no mark of its own."""
    books, typed = Books(), Books(marked=False)

    [paid] = books.unmarked(paid=[books.invoice])["rows"]
    [found] = typed.unmarked(numbers={"invoice": [NUMBER, "HOO-9"], "creditmemo": ["HOO-1-CN1"]})["rows"]

    assert books.unmarked(numbers={"invoice": [NUMBER]})["rows"] == []
    assert (paid["type"], paid["internalId"], paid["appliedTo"]) == (
        "customerpayment", books.payment, [books.invoice],
    )  # fmt: skip
    assert (found["internalId"], found["number"], found["total"]) == (typed.invoice, NUMBER, "498.31")
    assert (found["currency"], found["date"], found["remaining"]) == ("EUR", "2026-08-01", "0.00")


def test_a_payment_with_a_mark_of_its_own_is_not_found():
    """It has been adopted."""
    books = Books()
    books.adopt(payment(), books.payment)

    assert books.unmarked(paid=[books.invoice])["rows"] == []


def test_too_many_at_once_are_refused():
    """A call has 5,000 units."""
    found = Books().unmarked(paid=[str(number) for number in range(101)])

    assert (found["rows"], found["error"]["code"]) == ([], "LAGO_BAD_ITEM")
