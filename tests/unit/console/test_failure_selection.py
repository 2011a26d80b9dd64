"""The tables choose the same failures as the values of the commands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from consumer.console import act_subject, database, failure_selection
from consumer.console.projection import Projection
from consumer.failures import causes
from consumer.failures.failure import read
from consumer.failures.selection import Selection
from tests.support import topic_records as topics

AT = datetime(2026, 8, 1, tzinfo=UTC)


def failed(number, **changes):
    at_ms = round(AT.timestamp() * 1_000) + number
    return topics.failed(number, offset=number, at_ms=at_ms, **changes)


def about(kind, **changes):
    return topics.example("error_event")["object"] | {"type": kind, "lago_id": "x-1"} | changes


def of_customer(lago_id, code="invalid_mapping"):
    error = topics.example("error_event")["accounting_provider_customer_error"]
    error["provider_error"]["error_code"] = code
    return error | {"lago_customer_id": lago_id, "external_customer_id": f"ext_{lago_id}"}


RECORDS = [
    failed(1),
    failed(2, accounting_provider_customer_error=of_customer("c_2", "period_closed"), gaps=[]),
    failed(3, object=about("payment_receipt", lago_id="pay-3"), event="payment_receipt.created"),
    failed(4, event="invoice.voided", object=about("invoice", lago_id="inv-4", number="ACME-4")),
    failed(5, object=about("credit_note", lago_id="cn-5", amount=None), retryable=False),
    failed(6, object=about("invoice", lago_id="inv-1", amount="30.00")),
    failed(7, accounting_provider_customer_error=of_customer("2")),
]
FAILURES = [read(each) for each in RECORDS]
CAUSE = next(iter(causes.ids_of(FAILURES[1])))
SELECTIONS = [
    Selection(),
    Selection(codes=frozenset({"period_closed"})),
    Selection(connections=frozenset({"netsuite-eu"})),
    Selection(connections=frozenset({"elsewhere"})),
    Selection(ids=frozenset({"error-1", "error-5"})),
    Selection(kinds=frozenset({"payment"})),
    Selection(kinds=frozenset({"void"})),
    Selection(kinds=frozenset({"invoice", "credit_note"})),
    Selection(number="ACME-4"),
    Selection(customer="ext_2"),
    Selection(customer="c_2"),
    Selection(customer="2"),
    Selection(since=datetime(2026, 8, 1, 0, 0, 0, 3_000, UTC)),
    Selection(until=datetime(2026, 8, 1, 0, 0, 0, 3_000, UTC)),
    Selection(causes=frozenset({CAUSE})),
    Selection(causes=frozenset({"none"})),
    Selection(assigned="grace"),
    Selection(assigned=""),
    Selection(codes=frozenset({"invalid_mapping"}), kinds=frozenset({"invoice"})),
]


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    writer = database.writer(tmp_path_factory.mktemp("tables") / "console.sqlite")
    assigned = topics.acted(act="assign", details={"errors": "error-2 error-3", "assignee": "grace"})
    projection = Projection(writer)
    projection.apply([*RECORDS, assigned])
    projection.refresh()
    yield writer
    writer.close()


@pytest.mark.parametrize("selection", SELECTIONS, ids=map(str, range(len(SELECTIONS))))
def test_the_tables_choose_what_the_values_choose(tables, selection):
    """For a list, and for a replay, which leaves out what cannot succeed unchanged."""
    chosen = selection.of(FAILURES, {"error-2": "grace", "error-3": "grace"})
    allowed = [each for each in chosen if selection.may_replay(each)]

    listed = failure_selection.page(tables, selection, "open")
    counts = failure_selection.counts(tables, selection, "open", is_replay=True)

    assert [row["id"] for row in listed] == [each.id for each in chosen]
    assert act_subject.ids(tables, selection, "replay") == [each.id for each in allowed]
    assert act_subject.ids(tables, selection, "ignore") == [each.id for each in chosen]
    assert (counts.failures, counts.left_out) == (len(allowed), len(chosen) - len(allowed))


def test_the_failures_of_a_cause_with_many_documents_are_the_same(tables, monkeypatch):
    """They are found the other way about: by looking at each failure, whether it has the cause."""
    selection = Selection(causes=frozenset({CAUSE}))
    few = failure_selection.ids(tables, selection, "open", is_replay=False)

    monkeypatch.setattr(failure_selection, "MANY_DOCUMENTS", 0)

    assert failure_selection.ids(tables, selection, "open", is_replay=False) == few != []


@pytest.mark.parametrize("number", range(len(SELECTIONS)))
def test_open_failures_are_read_from_their_index_alone(tables, number):
    """However many there are; only the rows that a page shows are read from the table."""
    read_tables: list[str] = []
    tables.set_trace_callback(read_tables.append)
    failure_selection.count(tables, SELECTIONS[number], "open")
    tables.set_trace_callback(None)
    plan = [row["detail"] for row in tables.execute(f"EXPLAIN QUERY PLAN {read_tables[-1]}")]

    assert any("failures_open" in each for each in plan), plan


def test_a_document_counts_once_with_its_largest_amount(tables):
    """However often it failed."""
    groups = failure_selection.groups(
        tables, Selection(kinds=frozenset({"invoice"})), "open", is_replay=False
    )

    assert sum(each.documents for each in groups) == 4


def test_what_is_closed_by_a_person_is_chosen_to_be_reopened(tmp_path):
    """And nothing else."""
    writer = database.writer(tmp_path / "console.sqlite")
    projection = Projection(writer)
    projection.apply([failed(1), failed(2), topics.marked(2, "ignored", offset=9, at_ms=10**13)])

    assert act_subject.ids(writer, Selection(), "reopen") == ["error-2"]
    assert act_subject.ids(writer, Selection(), "ignore") == ["error-1"]
    writer.close()
