"""Records of the topics become rows, whatever their order."""

from __future__ import annotations

from pathlib import Path

import pytest

from consumer.console import act_list, cause_list, database, overview, result_list, run_list, waiting_list
from consumer.console.projection import Projection
from consumer.reconcile import counting_run
from consumer.record import Record
from tests.support import topic_records as topics


class Tables:
    """The tables of a test, after some records."""

    def __init__(self, file: Path) -> None:
        self.connection = database.writer(file)
        self.projection = Projection(self.connection)

    def take(self, *records: Record) -> Tables:
        self.projection.apply(records)
        self.projection.refresh()
        return self

    def state(self, number: int = 1) -> str:
        row = self.connection.execute(
            "SELECT state, ended_by FROM failures WHERE id = ?", (f"error-{number}",)
        ).fetchone()
        return f"{row['state']} {row['ended_by']}".strip()


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path / "console.sqlite")


def test_a_failure_is_open_until_its_document_is_written(tables):
    """A result that is published later ends it; an older one does not."""
    tables.take(topics.written(at_ms=500), topics.failed(at_ms=1_000))
    assert tables.state() == "open"

    tables.take(topics.written(offset=1, at_ms=2_000))
    assert tables.state() == "settled written"


def test_a_result_that_is_read_before_its_failure_ends_it_too(tables):
    """Topics are read side by side, so the later record may come first."""
    tables.take(topics.written(at_ms=2_000), topics.failed(at_ms=1_000))

    assert tables.state() == "settled written"


def test_only_a_void_ends_a_failed_void(tables):
    """The invoice itself was written before."""
    void = topics.failed(at_ms=1_000, event="invoice.voided", event_offset=77)
    tables.take(void, topics.written(at_ms=2_000))
    assert tables.state() == "open"

    tables.take(topics.written(offset=1, at_ms=3_000, status="voided"))
    assert tables.state() == "settled written"


def test_a_person_closes_and_reopens(tables):
    """The latest mark of the two counts, with its reason."""
    tables.take(topics.failed(), topics.marked(1, "ignored", offset=1, at_ms=2_000))
    assert tables.state() == "settled ignored"

    tables.take(topics.marked(1, "reopened", offset=2, at_ms=3_000))
    assert tables.state() == "open"


def test_a_replay_is_under_way_until_its_outcome(tables):
    """Written, failed again, or passed by the workers without either."""
    tables.take(topics.failed(), topics.marked(1, "replayed", offset=1, replayed_to=50))
    assert tables.state() == "under_way"

    tables.projection.settle({("netsuite-eu", topics.EVENTS, 0): 50})
    assert tables.state() == "under_way"

    tables.projection.settle({("netsuite-eu", topics.EVENTS, 0): 51})
    assert tables.state() == "settled left out by a rule"


def test_a_replay_that_fails_again_is_the_same_failure_and_open(tables):
    """It keeps its id; its source is the replay's place now."""
    tables.take(topics.failed(), topics.marked(1, "replayed", offset=1, replayed_to=50))
    tables.take(topics.failed(offset=2, at_ms=4_000, event_offset=50, attempts=3))

    assert tables.state() == "open"
    assert tables.connection.execute("SELECT attempts FROM failures").fetchone()[0] == 3


def test_the_result_of_a_replay_ends_the_failure_of_another_object(tables):
    """A receipt fails, its payment is written: the replay's place is what they share."""
    receipt = {"type": "payment_receipt", "lago_id": "receipt-1", "number": None}
    tables.take(
        topics.failed(object=receipt),
        topics.marked(1, "replayed", offset=1, replayed_to=50),
        topics.written(event_offset=50, object="payment"),
    )

    assert tables.state() == "settled written"


def test_a_result_that_another_one_follows_still_ends_what_failed_at_its_place(tables):
    """A receipt fails, its payment is written from the same record, and then again."""
    receipt = {"type": "payment_receipt", "lago_id": "receipt-1", "number": None}
    tables.take(
        topics.failed(object=receipt, event_offset=40),
        topics.written(event_offset=40, object="payment"),
        topics.written(offset=1, event_offset=60, at_ms=4_000, object="payment"),
    )

    assert tables.state() == "settled written"


def test_a_failure_at_the_place_of_a_replay_ends_it_wherever_it_fails_next(tables):
    """Workers of former versions gave a replay that failed an id of its own."""
    tables.take(
        topics.failed(1),
        topics.marked(1, "replayed", offset=1, replayed_to=50),
        topics.failed(2, offset=2, at_ms=3_000, event_offset=50),
        topics.failed(2, offset=3, at_ms=4_000, event_offset=60),
    )

    assert (tables.state(1), tables.state(2)) == ("settled failed again", "open")


def test_a_failure_that_comes_late_is_not_the_newest(tables):
    """Its words and reasons are those of the newer one, too."""
    tables.take(topics.failed(offset=1, at_ms=5_000, attempts=7, hint="new"))
    tables.take(topics.failed(offset=2, at_ms=4_000, attempts=2, hint="old"))

    row = tables.connection.execute(
        "SELECT attempts, reasons.fix FROM failures JOIN reasons ON failure_id = id"
    )
    assert tuple(row.fetchone()) == (7, "new")


def test_positions_are_kept_with_the_rows(tables, tmp_path):
    """A second process goes on where the first has ended."""
    tables.take(topics.failed(offset=7), topics.written(2, offset=3))
    tables.connection.close()

    again = Projection(database.writer(tmp_path / "console.sqlite"))

    assert again.positions() == {("lago.accounting-provider-error", 0): 8, ("lago.netsuite.results", 0): 4}


def test_tables_of_another_version_are_made_anew(tables, tmp_path):
    """Their rows can be read again from the topics."""
    tables.take(topics.failed(offset=7))
    tables.connection.execute("PRAGMA user_version = 1")
    tables.connection.close()

    assert Projection(database.writer(tmp_path / "console.sqlite")).positions() == {}


def test_foreign_records_are_passed_over(tables):
    """They advance the position, and nothing else."""
    tables.take(
        *(
            topics.record(topic, {"foreign": True}, offset=9)
            for topic in ("lago.netsuite.results", "lago.netsuite.audit", "lago.netsuite.waiting")
        ),
        topics.record("lago.netsuite.reconciliations", None, offset=9),
        topics.record("lago.accounting-provider-error", {"foreign": True}, offset=9),
    )

    assert set(tables.projection.positions().values()) == {10}
    assert result_list.counts(tables.connection, topics.CONNECTION) == {}


def test_a_record_that_cannot_be_kept_does_not_end_the_others(tables):
    """A number beyond SQLite's integers, say: it is passed over, and the position goes on."""
    huge = topics.written(1, offset=1, attempts=10**30)
    tables.take(topics.written(2, offset=0), huge, topics.written(3, offset=2))

    assert result_list.counts(tables.connection, topics.CONNECTION) == {"invoice": 2}
    assert tables.projection.positions() == {("lago.netsuite.results", 0): 3}


def test_sums_are_computed_anew_only_after_a_failure_has_changed(tables):
    """Results come all day, and summing 50,000 failures takes a third of a second."""
    tables.take(topics.failed(1))
    tables.connection.execute("DELETE FROM cause_sums")

    tables.take(topics.written(2))
    assert not cause_list.causes(tables.connection)

    tables.take(topics.failed(2, offset=1))
    assert cause_list.causes(tables.connection)


def test_what_waits_is_there_until_its_tombstone(tables):
    """One row for each parked event."""
    tables.take(topics.parked(1), topics.parked(2, offset=1), topics.settled(1, offset=2))

    assert [row["number"] for row in waiting_list.page(tables.connection)] == ["ACME-2"]
    assert waiting_list.count(tables.connection) == 1


def test_causes_are_counted_by_documents_with_their_sums(tables):
    """A document that failed twice counts once; settled ones do not count."""
    tables.take(
        topics.failed(1),
        topics.failed(1, offset=1, at_ms=1_500, id="error-1-again"),
        topics.failed(2, offset=2),
        topics.failed(3, offset=3),
        topics.written(3),
    )

    (cause,) = cause_list.causes(tables.connection)

    assert (cause.documents, cause.amounts) == (2, {"EUR": 528_000})
    assert [row["id"] for row in cause_list.documents(tables.connection, cause.cause)] == [
        "error-1", "error-2", "error-1-again",
    ]  # fmt: skip
    assert cause_list.of_id(tables.connection, cause.cause.id) == cause
    missing = overview.missing_amounts(tables.connection)
    assert (missing.documents, dict(missing.amounts)) == (2, {"EUR": 528_000})


def test_results_are_listed_newest_first_by_pages(tables):
    """Each page begins after the last row of the one before."""
    tables.take(
        *(
            topics.written(number, offset=number, written_at=f"2026-08-01T00:00:{number:02}Z")
            for number in range(5)
        )
    )

    first = result_list.page(tables.connection, topics.CONNECTION, limit=2)
    last = first[-1]
    second = result_list.page(
        tables.connection, topics.CONNECTION, before=(last["written_ms"], last["id"]), limit=2
    )

    assert [row["number"] for row in (*first, *second)] == ["ACME-4", "ACME-3", "ACME-2", "ACME-1"]
    assert result_list.counts(tables.connection, topics.CONNECTION) == {"invoice": 5}


@pytest.mark.parametrize(
    "words", ["ACME-1", "acme-1", "INV00001", "inv-1", "0af76519", '"ACME-1', "ACME-1 OR", "ACME-1*"]
)
def test_a_search_finds_by_number_id_and_trace(tables, words):
    """Nothing that is typed is an operator."""
    tables.take(topics.written(1, trace_id="0af7651916cd43dd8448eb211c80319c"), topics.written(2, offset=1))

    found = result_list.search(tables.connection, words)

    wanted = [] if "OR" in words else ["ACME-1"]
    assert [row["number"] for row in found.results] == wanted


def test_a_renamed_result_is_found_by_its_new_number_only(tables):
    """NetSuite numbers a document anew when it is adopted."""
    tables.take(topics.written(1), topics.written(1, offset=1, netsuite_number="NEW-77"))

    assert not result_list.search(tables.connection, "INV00001").results
    assert len(result_list.search(tables.connection, "NEW-77").results) == 1


@pytest.mark.parametrize("words", ["", " ", '"', "*", "-", "()", "\x00", "a" * 5_000])
def test_a_search_for_nothing_finds_nothing(tables, words):
    """And fails on nothing."""
    tables.take(topics.written(1))

    assert not result_list.search(tables.connection, words).results


def test_acts_are_listed_the_latest_first(tables):
    """Across connections."""
    tables.take(
        topics.acted(at="2026-08-01T00:00:00Z"),
        topics.acted(offset=1, at="2026-08-02T00:00:00Z", actor="ada"),
    )

    assert next(iter(act_list.page(tables.connection)))["actor"] == "ada"


def test_the_last_reconciliation_of_all_documents_counts(tables):
    """One of a customer, or of some days, says nothing of the whole."""
    tables.take(
        topics.reconciled(
            run_id="whole", ended_at="2026-08-01T00:00:00Z", since=None, until=None, customers=[]
        ),
        topics.reconciled(offset=1, run_id="part", ended_at="2026-08-02T00:00:00Z", customers=["cus_1"]),
    )

    counts = run_list.counting(tables.connection, topics.CONNECTION)

    assert counts is not None
    assert counts.run_id == "whole"
    assert [run.run_id for run in run_list.latest(tables.connection)] == ["part", "whole"]


def test_the_console_and_the_commands_count_by_one_rule(tables):
    """A later part with differences counts, until it agrees."""
    whole = {"since": None, "until": None, "customers": []}
    agrees, differs = {"outcome": "in_balance"}, {"outcome": "not_in_balance"}
    runs = [
        whole | differs,
        whole | agrees,
        {"customers": ["cus_1"]} | differs,
        {"customers": ["cus_1"]} | agrees,
    ]
    counted = []
    for place, changes in enumerate(runs):
        day = f"2026-08-{place + 1:02}T00:00:00Z"
        tables.take(topics.reconciled(offset=place, run_id=str(place), ended_at=day, **changes))
        found = run_list.counting(tables.connection, topics.CONNECTION)
        assert found is not None
        counted.append(found.run_id)
        known = reversed(run_list.latest(tables.connection))
        assert counting_run.counting(known)[topics.CONNECTION] == found

    assert counted == ["0", "1", "2", "1"]


def test_a_number_that_changes_is_found_by_its_last_one_only(tables):
    """Within one batch and over several; a document counts once however often it is written."""

    def found(words: str) -> int:
        return len(result_list.search(tables.connection, words).results)

    tables.take(topics.written(1, lago_number="FIRST-1"), topics.written(1, offset=1, lago_number="SECOND-1"))
    assert (found("FIRST"), found("SECOND")) == (0, 1)

    tables.take(topics.written(1, offset=2, lago_number="THIRD-1"))
    assert (found("FIRST"), found("SECOND"), found("THIRD")) == (0, 0, 1)
    assert result_list.counts(tables.connection, topics.CONNECTION) == {"invoice": 1}
