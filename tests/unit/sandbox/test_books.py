"""The books of an emulated account."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from consumer.sandbox.books import Books, DuplicateError, StaleError


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
