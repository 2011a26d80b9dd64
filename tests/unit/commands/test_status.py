"""`status` says of each connection what waits, what has failed, and whether a person is needed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rich.cells import cell_len

from consumer.commands import console_output, status_report
from consumer.commands.connection_status import ConnectionStatus
from consumer.commands.status import backlog_of
from consumer.commands.worker_reports import WorkerReports
from consumer.limits.pause import Pause
from schemas.connection_state import ConnectionState
from schemas.reconciliation import Reconciliation
from schemas.result import SourceRef
from schemas.waiting import WaitingRecord
from tests.unit.commands.test_hostile_texts import ACTIVE, HOSTILE
from tests.unit.failures.errors import failure


def waits(offset: int = 1, **changes) -> WaitingRecord:
    given = {
        "connection": "netsuite-eu",
        "event": "payment.succeeded",
        "object": "payment",
        "lago_id": f"pay-{offset}",
        "amount": "671.27",
        "currency": "EUR",
        "kind": "dependency",
        "code": "dependency_missing",
        "waits_for": "invoice ACME-001",
        "reason": "payment of invoice ACME-001 (671.27 EUR): invoice ACME-001 is not in NetSuite",
        "since": "2026-08-03T09:00:00Z",
        "next_try": "2026-08-03T09:04:10Z",
        "until": "2026-08-03T15:00:00Z",
        "attempts": 3,
        "as_of": "2026-08-03T09:00:35Z",
        "source": SourceRef(topic="lago.payments", partition=0, offset=offset, timestamp_ms=0),
    }
    return WaitingRecord(**given | changes)


HELD = waits(
    2,
    kind="hold",
    code="period_closed",
    waits_for="accounting period Jul 2026",
    date="2026-07-31",
    until="2026-09-15T00:00:00Z",
)


SILENT = WorkerReports(last_at=datetime(2026, 8, 3, tzinfo=UTC))
"""Workers have reported, and none does now."""


PAUSE = Pause(actor="ada", at="2026-08-03T09:00:00Z", reason="month end")


def run(outcome: str) -> Reconciliation:
    return Reconciliation(
        connection="netsuite-eu", run_id="1", started_at="2026-08-03T01:00:00Z",
        ended_at="2026-08-03T01:09:00Z", actor="ada", outcome=outcome, documents={}, difference_count=2,
        outcomes={"agrees": 58, "differs": 1, "missing": 1},
    )  # fmt: skip


def printed(capsys, *connections: ConnectionStatus) -> str:
    status_report.show(console_output.console(), connections)
    return capsys.readouterr().out


def test_what_waits_is_grouped_by_what_it_waits_for_with_amounts_and_limit(capsys, monkeypatch):
    """A closed period names its date, and what to do."""
    monkeypatch.delenv("COLUMNS", raising=False)
    found = ConnectionStatus(
        code="netsuite-eu", last_written_ms=1_000, backlog=3, waiting=(waits(1), waits(3), HELD)
    )

    lines = printed(capsys, found).splitlines()

    assert lines[:6] == [
        "netsuite-eu: a person is needed",
        "  Books      never compared: lago-netsuite reconcile",
        "  Last write 1970-01-01T00:00:01Z",
        "  Backlog    3 events not committed",
        "  Waiting    3 for 2,013.81 EUR",
        "  Failures   0 open",
    ]
    assert "Waits for invoice ACME-001" in lines
    assert "  Events     2 for 1,342.54 EUR" in lines
    assert "Waits for accounting period Jul 2026" in lines
    assert "  Date       2026-07-31" in lines
    assert "  Until      2026-09-15T00:00:00Z, then it is an error event" in lines
    assert any(line.startswith("  Fix ") for line in lines)


@pytest.mark.parametrize(
    ("found", "is_needed"),
    [
        (ConnectionStatus(code="eu"), False),
        (ConnectionStatus(code="eu", waiting=(waits(),), backlog=9), False),
        (ConnectionStatus(code="eu", waiting=(HELD,)), True),
        (ConnectionStatus(code="eu", failures=(failure(),)), True),
        (ConnectionStatus(code="eu", last_run=run("in_balance")), False),
        (ConnectionStatus(code="eu", last_run=run("not_in_balance")), True),
        (ConnectionStatus(code="eu", backlog=1, reports=SILENT), True),
        (ConnectionStatus(code="eu", reports=SILENT), False),
        (ConnectionStatus(code="eu", pause=PAUSE), True),
    ],
)
def test_a_person_is_needed_for_what_does_not_end_by_itself(found, is_needed):
    """A missing record comes by itself; a closed period, a failure, a difference, a worker do not."""
    assert found.needs_person is is_needed
    assert json.loads(json.dumps(found.as_json()))["needs_person"] is is_needed


def test_the_books_are_said_as_of_the_last_comparison(capsys):
    """With the number of differences."""
    out = printed(capsys, ConnectionStatus(code="eu", last_run=run("not_in_balance")))

    assert "NOT in balance, 2 differences, as of 2026-08-03T01:09:00Z" in out
    assert "58 agrees, 1 differs, 1 missing" in out


def test_a_comparison_of_some_documents_is_said_to_be_one(capsys):
    """It is shown where there is no other."""
    part = run("in_balance").model_copy(update={"customers": ("cus_1",)})

    assert "in balance, of some documents only, as of" in printed(
        capsys, ConnectionStatus(code="eu", last_run=part)
    )


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_hostile_texts_stay_texts_at_every_width(monkeypatch, capsys, columns):
    """No line acts on the terminal, and none is wider than it."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    for text in HOSTILE.values():
        # A lone surrogate cannot come from Kafka's JSON.
        said = text.encode(errors="replace").decode()
        record = waits(waits_for=said, reason=said, currency=said, code=said)

        out = printed(capsys, ConnectionStatus(code=said, waiting=(record,)))

        assert not ACTIVE.search(out.replace("\n", ""))
        assert all(cell_len(line) <= columns for line in out.splitlines())


def test_an_amount_that_is_none_is_left_out_of_the_sums():
    """Whoever has written it."""
    found = ConnectionStatus(code="eu", waiting=(waits(amount="much"), waits(amount="NaN"), waits()))

    assert found.amounts == {"EUR": Decimal("671.27")}


def test_the_backlog_counts_from_the_committed_offset_or_the_start_of_the_log():
    """Per partition."""
    extents = {("a", 0): (5, 10), ("a", 1): (0, 4), ("a", 2): (7, 7)}

    assert backlog_of(extents, {("a", 0): 8, ("a", 1): 4}) == 2
    assert backlog_of(extents, {}) == 9


def test_a_pause_is_said_with_who_when_why_and_how_many_workers_have_followed(capsys):
    """And in JSON by itself, null while the connection runs."""
    now = datetime(2026, 8, 3, 9, 1, tzinfo=UTC)
    states = [
        ConnectionState(
            connection="eu", partition=number, worker=f"worker-{number}", breaker="closed", cap=5, leased=2,
            permits=2 * number, in_use=0, as_of="2026-08-03T09:00:30Z", paused=not number,
        )
        for number in range(2)
    ]  # fmt: skip
    found = ConnectionStatus(code="eu", pause=PAUSE, reports=WorkerReports.of("eu", states, now))

    lines = printed(capsys, found).splitlines()

    assert lines[0] == "eu: a person is needed"
    said = "by ada since 2026-08-03T09:00:00Z: month end; 1 of 2 workers start no calls"
    assert f"  Paused     {said}" in lines
    assert found.as_json()["paused"] == {"by": "ada", "since": "2026-08-03T09:00:00Z", "reason": "month end"}
    assert ConnectionStatus(code="eu").as_json()["paused"] is None


@pytest.mark.parametrize("text", HOSTILE)
def test_a_reason_of_any_text_stays_one_harmless_line(capsys, text):
    """It is what somebody has typed, or another program has put there."""
    shown = printed(capsys, ConnectionStatus(code="eu", pause=replace(PAUSE, reason=text)))

    assert not ACTIVE.search(shown.replace("\n", ""))
