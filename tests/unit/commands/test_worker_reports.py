"""`status` says of breaker and permits what the workers report, and that it does not know what is old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from consumer import cli
from consumer.commands import console_output, status_report
from consumer.commands.connection_status import ConnectionStatus
from consumer.commands.worker_reports import FRESH_FOR, WorkerReports
from schemas.connection_state import ConnectionState
from schemas.scalar import utc_text

NOW = datetime(2026, 8, 3, 9, 1, tzinfo=UTC)


def state(number: int = 0, *, age: timedelta = timedelta(), **changes) -> ConnectionState:
    given = {
        "connection": "netsuite-eu",
        "partition": number,
        "worker": f"worker-{number}/1",
        "breaker": "closed",
        "cap": 5,
        "leased": 2,
        "permits": 2,
        "in_use": 1,
        "as_of": utc_text(NOW - age),
    }
    return ConnectionState(**given | changes)


def opened(number: int = 0, reason: str = "account_down") -> ConnectionState:
    return state(
        number,
        breaker="open",
        reason=reason,
        because="INVALID_LOGIN",
        since="2026-08-03T08:00:00Z",
        permits=0,
    )


def reports(*states: ConnectionState) -> WorkerReports:
    return WorkerReports.of("netsuite-eu", states, NOW)


def test_the_permits_of_all_workers_are_one_sum():
    """The cap is the account's."""
    found = reports(state(0), state(1), state(2, connection="netsuite-us"))

    assert found.breaker == "closed"
    assert found.permits == "2 in use, 4 possible now, of 5, at 2 workers"
    assert found.as_json()["permits"] == {"cap": 5, "leased": 4, "permits": 4, "in_use": 2}


def test_an_open_breaker_is_said_with_its_reason_and_since_when():
    """Also when it is open at one worker only."""
    assert reports(opened()).breaker == (
        "OPEN since 2026-08-03T08:00:00Z: NetSuite refuses this connection: INVALID_LOGIN"
    )
    assert reports(opened(), state(1)).breaker.startswith("OPEN at 1 of 2 workers since")
    assert reports(opened()).as_json()["breaker"]["state"] == "open"


@pytest.mark.parametrize(
    ("reason", "needs_person"), [("account_down", True), ("rejection_storm", True), ("unavailable", False)]
)
def test_a_person_is_needed_where_the_account_does_not_come_back_by_itself(reason, needs_person):
    """A refused login, and rejections without end."""
    found = ConnectionStatus(code="netsuite-eu", reports=reports(opened(reason=reason)))

    assert found.needs_person is needs_person


def test_what_is_old_is_not_known():
    """Nobody knows how a breaker stands whose worker is gone."""
    old = state(age=FRESH_FOR + timedelta(seconds=1))

    assert reports(old).breaker == "unknown, no worker has reported since 2026-08-03T08:57:59Z"
    assert reports().permits == "unknown, no worker has reported yet"
    assert reports(old).as_json() == {
        "breaker": {"state": "unknown", "reason": None, "because": None, "since": None},
        "permits": None,
        "workers": 0,
    }
    assert not reports(state(as_of="no time")).fresh


def test_a_worker_that_has_other_partitions_now_counts_once():
    """What it reported under the old ones is not removed."""
    found = reports(state(0, age=timedelta(seconds=50)), state(3, worker="worker-0/1", leased=5))

    assert [each.partition for each in found.fresh] == [3]


def test_status_prints_both(capsys):
    """Beside the other figures."""
    status_report.show(console_output.console(), [ConnectionStatus(code="eu", reports=reports(state()))])

    printed = capsys.readouterr().out
    assert "  Breaker    closed\n" in printed
    assert "  Permits    1 in use, 2 possible now, of 5, at 1 worker\n" in printed


def test_the_help_says_when_they_are_unknown(capsys):
    """Rather than guess, it says so."""
    with pytest.raises(SystemExit):
        cli.main(["status", "--help"])

    assert "no worker runs, or none reaches Kafka" in " ".join(capsys.readouterr().out.split())
