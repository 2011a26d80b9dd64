"""`explain` says of a document whether it failed, waits or is written, who acts, and where."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from consumer.commands import paragraph
from consumer.commands.explain import comparison_state, document_state, subjects
from consumer.commands.explain.document_search import Wanted
from consumer.commands.explain.document_state import DocumentState
from consumer.failures.history import State
from schemas.reconciliation import DocumentDifference, Reconciliation
from schemas.result import Result
from schemas.waiting import WaitingRecord
from tests.support import topic_records
from tests.unit.failures.errors import failure, result, source
from tests.unit.failures.planted import planted

CONNECTION = "netsuite-eu"


def waits(**changes) -> WaitingRecord:
    return WaitingRecord.model_validate(topic_records.example("waiting_record") | changes)


def written(**changes) -> Result:
    return result(
        lago_number="ACME-1",
        netsuite_number="INV00077",
        url="https://x.app.netsuite.com/app/accounting/transactions/custinvc.nl?id=1",
        totals={"total": "11.90"},
        currency="EUR",
        **changes,
    )


def said(state: DocumentState) -> str:
    out = io.StringIO()
    console = Console(file=out, width=200)
    for heading, lines in document_state.paragraphs(state):
        paragraph.show(console, heading, lines)
    return " ".join(out.getvalue().split())


def test_what_failed_is_said_with_reason_fix_and_who_makes_it():
    """And with the command that sends it again."""
    failed = planted()["closed period"]
    shown = said(DocumentState(connection=CONNECTION, failures=((failed, State.OPEN),)))

    assert "is not in NetSuite: the accounting period of 2026-08-01 (Aug 2026) is closed" in shown
    assert "Finance fixes it in NetSuite under Setup > Accounting > Manage Accounting Periods" in shown
    assert f"lago-netsuite replay --id {failed.id} --go" in shown


def test_what_waits_is_said_with_what_it_waits_for_and_until_when():
    """A person ends a closed period; a missing invoice ends by itself."""
    held = waits(
        kind="hold",
        code="period_closed",
        waits_for="accounting period Aug 2026",
        reason="the period is closed",
        number="ACME-1",
        until="2026-09-30T00:00:00Z",
    )
    behind = waits(kind="dependency", code="dependency_missing", until=None)

    shown = said(DocumentState(connection=CONNECTION, waiting=(held,)))
    assert "ACME-1" in shown
    assert "waits for accounting period Aug 2026: the period is closed." in shown
    assert "2026-09-30T00:00:00Z, then it is an error event" in shown
    assert "By finance" in shown
    assert "Setup > Accounting > Manage Accounting Periods" in shown
    assert "nobody: it ends by itself" in said(DocumentState(connection=CONNECTION, waiting=(behind,)))


def test_what_is_written_is_said_with_number_amounts_and_link():
    """And with what is left to do by hand."""
    shown = said(DocumentState(connection=CONNECTION, results=(written(),)))
    note = written(object="credit_note", action_needed="refund", action_amount="5.00")

    assert "Invoice ACME-1 is in NetSuite: invoice INV00077 (id 1), created." in shown
    assert "total 11.90 EUR" in shown
    assert "custinvc.nl?id=1" in shown
    assert "refund 5.00 EUR, by hand" in said(DocumentState(connection=CONNECTION, results=(note,)))


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ({"failures": ((failure(), State.OPEN),), "results": (written(),)}, "failed"),
        ({"waiting": (waits(),), "failures": ((failure(), State.SETTLED),)}, "waits"),
        ({"failures": ((failure(), State.IN_FLIGHT),)}, "replayed"),
        ({"failures": ((failure(), State.SETTLED),), "results": (written(),)}, "written"),
        ({"failures": ((failure(), State.SETTLED),)}, "settled"),
        ({}, "unknown"),
    ],
)
def test_the_state_has_one_name(state, name):
    """What needs somebody comes first."""
    assert DocumentState(connection=CONNECTION, **state).as_json()["is"] == name


def test_an_old_failure_of_a_written_document_comes_last():
    """It needs nobody."""
    state = DocumentState(connection=CONNECTION, failures=((failure(), State.SETTLED),), results=(written(),))

    assert [heading for heading, _ in document_state.paragraphs(state)] == [
        "Invoice ACME-1 is in NetSuite: invoice INV00077 (id 1), created.",
        "It failed before, which is settled: no item.",
    ]


def test_the_event_that_is_explained_is_the_one_that_failed_or_waits():
    """Else the one that was written last."""
    state = DocumentState(
        connection=CONNECTION,
        failures=((failure(1), State.SETTLED), (failure(2), State.OPEN)),
        results=(written(offset=901), written(offset=902)),
    )

    assert state.sources == [source(2), source(902), source(901)]


@pytest.mark.parametrize("name", ["error-1", "ACME-1", "inv-1"])
def test_a_document_is_found_by_number_lago_id_and_error_id(name):
    """Each as it is."""
    wanted = Wanted(name=name)

    assert wanted.is_failure(failure(1))
    assert not wanted.is_failure(failure(2))
    assert not Wanted(name=name[:-1]).is_failure(failure(1))
    assert Wanted(source=source(1)).is_failure(failure(1))


def test_a_result_is_found_by_the_number_in_netsuite_too():
    """That is what finance has in hand."""
    assert all(Wanted(name=each).is_result(written()) for each in ("INV00077", "ACME-1", "lago-inv-1"))
    assert not Wanted().is_result(written(netsuite_type=""))
    assert Wanted(name=waits().lago_id or "").is_waiting(waits())


@pytest.mark.parametrize(
    ("place", "is_file"),
    [
        ("-", True),
        ("missing.json", True),
        ("events.jsonl#12", True),
        ("ACME-001", False),
        ("INV#7", False),
        ("1f0e5a44-98a5-4b0c-8f5e-7d1c2b3a4d05", False),
    ],
)
def test_what_looks_like_a_file_is_one(place, is_file):
    """So that a mistyped file is not looked for on Kafka."""
    assert subjects.is_file(place) is is_file


def run(**changes) -> Reconciliation:
    return Reconciliation(
        connection=CONNECTION, run_id="1", started_at="2026-08-03T01:00:00Z", ended_at="2026-08-03T01:09:00Z",
        actor="ada", outcome="not_in_balance", documents={}, difference_count=1,
        differences=(DIFFERENCE.model_copy(update=changes),),
    )  # fmt: skip


DIFFERENCE = DocumentDifference(
    what="line_account", kind="invoice", number="ACME-9", lago_id="9", lago="Seats: account 4000",
    netsuite="account 4020", netsuite_number="INV9", cause="it is mapped to another account",
    act="see which is right", url="https://x.app.netsuite.com/id=9",
)  # fmt: skip


def test_what_a_comparison_has_found_is_said_with_both_sides_though_nothing_was_written():
    """That is all there is of a document of a shadow."""
    [state] = document_state.by_connection(
        (), (), (), tuple(comparison_state.of_runs([run()], "ACME-9", set()))
    )

    assert state.as_json()["is"] == "differs"
    shown = said(state)
    assert "Invoice ACME-9 does not agree with NetSuite: a line on another account." in shown
    assert "Seats: account 4000" in shown
    assert "account 4020 (INV9)" in shown
    assert "As of 2026-08-03T01:09:00Z" in shown


@pytest.mark.parametrize(
    ("name", "objects", "is_found"),
    [
        ("INV9", set(), True),
        ("9", set(), True),
        ("ACME-8", set(), False),
        ("", {(CONNECTION, "invoice", "9")}, True),
        ("", {(CONNECTION, "payment", "9")}, False),
    ],
)
def test_a_difference_is_found_by_its_names_and_by_what_has_failed_or_is_written(name, objects, is_found):
    """The number of either side, Lago's id, or the object of another topic."""
    assert bool(list(comparison_state.of_runs([run()], name, objects))) is is_found
