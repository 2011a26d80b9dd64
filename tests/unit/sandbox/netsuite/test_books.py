"""The books of an emulated account."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal

import pytest

from consumer.sandbox.netsuite import balances
from consumer.sandbox.netsuite.books import Books, DuplicateError, StaleError
from consumer.sandbox.netsuite.list_entries import Currency


@pytest.fixture
def books():
    opened = Books.open(None)
    yield opened
    opened.close()


def test_external_ids_are_unique_in_a_group_and_not_beyond(books):
    """Row 24, 25: types share the namespace of their group, and case does not matter."""
    books.insert("transaction", "invoice", {"externalid": "lago-1"}, {})
    books.insert("entity", "customer", {"externalid": "lago-1"}, {})

    with pytest.raises(DuplicateError) as refused:
        books.insert("transaction", "salesorder", {"externalid": "LAGO-1"}, {})

    assert refused.value.field == "externalid"


def test_names_of_entities_are_unique(books):
    books.insert("entity", "vendor", {"entityid": "Acme"}, {})

    with pytest.raises(DuplicateError) as refused:
        books.insert("entity", "customer", {"entityid": "ACME"}, {})

    assert refused.value.field == "entityid"


def test_records_without_external_id_do_not_clash(books):
    first, second = (books.insert("transaction", "invoice", {}, {}) for _ in range(2))

    assert second.id > first.id


def test_a_change_of_a_stale_record_is_refused(books):
    """Row 32."""
    saved = books.insert("entity", "customer", {"entityid": "a"}, {})
    books.replace(replace(saved, fields={"entityid": "b"}))

    with pytest.raises(StaleError):
        books.replace(replace(saved, fields={"entityid": "c"}))

    assert books.get("entity", saved.id).fields == {"entityid": "b"}


def test_a_change_of_a_deleted_record_is_refused(books):
    saved = books.insert("entity", "customer", {"entityid": "a"}, {})
    assert books.delete("entity", saved.id)
    assert not books.delete("entity", saved.id)

    with pytest.raises(StaleError):
        books.replace(saved)


def test_ids_are_never_given_twice(books):
    """Row 28."""
    first = books.insert("transaction", "invoice", {}, {})
    books.delete("transaction", first.id)

    assert books.insert("transaction", "invoice", {}, {}).id == first.id + 1


def test_many_threads_make_one_record(books):
    """Row 26."""
    refused = []

    def insert():
        try:
            books.insert("transaction", "invoice", {"externalid": "lago-1"}, {})
        except DuplicateError as error:
            refused.append(error)

    threads = [threading.Thread(target=insert) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 7
    assert len(books.records("invoice")) == 1


def test_a_file_keeps_records_and_sequences(tmp_path):
    path = tmp_path / "books.sqlite"
    first = Books.open(path)
    saved = first.insert("transaction", "invoice", {"externalid": "lago-1"}, {"item": [{"item": "802"}]})
    first.close()

    second = Books.open(path)

    assert second.get("transaction", saved.id) == saved
    assert second.insert("transaction", "invoice", {}, {}).id == saved.id + 1
    second.close()


def test_a_record_is_listed_flat(books):
    """A sublist does not hide the body field of its name."""
    books.insert("entity", "customer", {"entityid": "a", "currency": "2"}, {"currency": [{"currency": "1"}]})
    books.insert("transaction", "invoice", {"total": "1.00"}, {"item": [{"item": "802"}], "taxdetails": []})

    assert books.records("customer") == [
        {"id": "501", "type": "customer", "entityid": "a", "currency": "2", "currencies": [{"currency": "1"}]}
    ]
    assert books.records("invoice") == [
        {"id": "9001", "type": "invoice", "total": "1.00", "lines": [{"item": "802"}], "taxdetails": []}
    ]


def applied(target, amount):
    return {"apply": [{"apply": True, "doc": str(target), "amount": amount}]}


@pytest.fixture
def bill(books):
    """An invoice of 10.00."""
    fields = {"total": "10.00", "amountremaining": "10.00", "status": "CustInvc:A", "entity": "501"}
    return books.insert("transaction", "invoice", fields | {"currency": "2"}, {})


def test_what_is_applied_to_an_invoice_is_not_due_any_more(books, bill):
    """Row 60, 65."""
    paid = books.insert("transaction", "customerpayment", {}, applied(bill.id, "4.00"))

    assert books.settling(bill.id) == [(paid.id, Decimal("4.00"))]
    assert books.get("transaction", bill.id).fields["amountremaining"] == "6.00"
    books.replace(replace(paid, sublists=applied(bill.id, "10.00")))
    assert books.get("transaction", bill.id).fields["status"] == "CustInvc:B"


def test_no_more_than_is_due_can_be_applied(books, bill):
    """Row 62: and the record that tried is not kept."""
    with pytest.raises(StaleError):
        books.insert("transaction", "customerpayment", {}, applied(bill.id, "10.01"))

    assert books.records("customerpayment") == []
    assert books.get("transaction", bill.id) == bill


def test_nothing_can_be_applied_to_what_is_not_there(books):
    with pytest.raises(StaleError):
        books.insert("transaction", "customerpayment", {}, applied(77, "1.00"))


def test_many_threads_cannot_apply_more_than_is_due(books, bill):
    """Row 26: five times 4.00 on 10.00."""
    refused = []

    def pay():
        try:
            books.insert("transaction", "customerpayment", {}, applied(bill.id, "4.00"))
        except StaleError as error:
            refused.append(error)

    threads = [threading.Thread(target=pay) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 3
    assert books.get("transaction", bill.id).fields["amountremaining"] == "2.00"


def test_a_deleted_payment_leaves_its_invoice_due(books, bill):
    """Row 70."""
    paid = books.insert("transaction", "customerpayment", {}, applied(bill.id, "10.00"))

    books.delete("transaction", paid.id)

    assert books.get("transaction", bill.id).fields["amountremaining"] == "10.00"


def test_balances_tell_what_is_open_on_each_side(books, bill):
    customer = books.insert("entity", "customer", {"entityid": "acme", "externalid": "lago-cus-1"}, {})
    open_ = {"entity": str(customer.id), "currency": "2"}
    books.insert("transaction", "creditmemo", open_ | {"amountremaining": "3.00"}, {})
    books.insert("transaction", "customerpayment", open_ | {"amountremaining": "2", "currency": "4"}, {})
    books.insert("transaction", "salesorder", open_ | {"total": "9.00"}, {})
    currencies = [
        Currency(id="2", name="Euro", symbol="EUR"),
        Currency(id="4", name="Yen", symbol="JPY", precision=0),
    ]

    rows = balances.of(books.find(group="entity"), books.find(group="transaction"), currencies)

    named = {"customer": "501", "externalid": "lago-cus-1", "entityid": "acme"}
    assert rows == [
        named
        | {"currency": "2", "currency_iso": "EUR", "receivable": "10.00", "open_credits": "3.00"}
        | {"unapplied_payments": "0.00", "balance": "7.00"},
        named
        | {"currency": "4", "currency_iso": "JPY", "receivable": "0", "open_credits": "0"}
        | {"unapplied_payments": "2", "balance": "-2"},
    ]


@pytest.mark.parametrize(
    "equal",
    [
        {"entity": ["7"], "status": ["CustInvc:A"]},
        {"custbody_lago_id": ["lago-7"]},
        {"custbody_lago_invoice_id": ["LAGO-7"]},
        {"tranid": ["INV7"]},
    ],
)
def test_a_few_records_are_found_without_a_look_at_all(books, equal):
    """A payment of an account with a past costs what it costs in an empty one."""
    for number in range(2_000):
        fields = {"entity": str(number), "status": "CustInvc:A", "tranid": f"INV{number}"}
        marks = dict.fromkeys(("custbody_lago_id", "custbody_lago_invoice_id"), f"lago-{number}")
        books.insert("transaction", "invoice", fields | marks, {})
    steps = []
    books._connection.set_progress_handler(lambda: steps.append(1), 100)

    [found] = books.find(group="transaction", record_type="invoice", equal=equal)

    assert found.fields["entity"] == "7"
    assert len(steps) < 20
