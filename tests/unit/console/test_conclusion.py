"""The sentence at the head of the first page: right only when every connection is, and lately compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from consumer.clock import FakeClock
from consumer.console import rendering
from consumer.console.follower import Follower
from consumer.kafka.cluster import Cluster
from consumer.ops.metrics import Metrics
from schemas.reconciliation import MonthTotal
from tests.support import topic_records as topics
from tests.support.console_app import Console

WHOLE = {"customers": [], "since": None, "until": None}
IN_BALANCE = {**WHOLE, "outcome": "in_balance", "differences": [], "difference_count": 0}
TODAY, YESTERDAY, LAST_WEEK = "2026-08-01T00:00:00Z", "2026-07-31T02:00:00Z", "2026-07-25T02:00:00Z"


@pytest.fixture
def both(console: Console) -> Console:
    """A console of two connections, whose failure is written."""
    console.context.codes.append("netsuite-us")
    console.take(topics.written(1, offset=2, at_ms=5_000))
    return console


async def headline(console: Console) -> tuple[str, str]:
    said = (await console.http.get("/api/v1/overview")).json()["conclusion"]
    return said["headline"], said["state"]


async def test_one_connection_in_balance_says_nothing_about_another(both):
    """Even when it was compared later."""
    both.take(
        topics.reconciled(offset=1, run_id="us", connection="netsuite-us", ended_at=TODAY, **IN_BALANCE)
    )

    assert await headline(both) == ("Lago and NetSuite do not agree", "bad")
    assert "netsuite-eu is not in balance" in (await both.http.get("/reconciliation")).text


async def test_a_connection_that_nobody_has_compared_is_named(both):
    """The others may agree."""
    both.take(topics.reconciled(offset=1, run_id="later", ended_at="2026-09-02T00:00:00Z", **IN_BALANCE))

    text = (await both.http.get("/")).text

    assert "Nothing has failed" in text
    assert "Nobody has compared Lago and NetSuite of netsuite-us yet" in text


@pytest.mark.parametrize(
    ("ended_at", "said"),
    [
        (YESTERDAY, ("Lago and NetSuite agree", "good")),
        (LAST_WEEK, ("Lago and NetSuite agreed when last compared", "warn")),
        ("no time", ("Lago and NetSuite agreed when last compared", "warn")),
    ],
)
async def test_a_comparison_of_last_week_proves_nothing_today(both, ended_at, said):
    """Two missed nights are too many."""
    for offset, code in enumerate(both.context.codes, 1):
        run = {"run_id": f"z-{code}", "connection": code, "ended_at": ended_at}
        both.take(topics.reconciled(offset=offset, **run, **IN_BALANCE))
    both.connection.execute("DELETE FROM reconciliations WHERE body LIKE '%not_in_balance%'")

    assert await headline(both) == said


async def test_what_was_missing_and_is_written_since_is_to_be_compared_anew(console):
    """The difference is history; the proof is not there yet."""
    found = topics.example("reconciliation")["differences"][0] | {"lago_id": "inv-1"}
    console.take(
        topics.reconciled(offset=1, run_id="z", ended_at="2026-09-02T00:00:00Z", differences=[found], **WHOLE)
    )
    console.take(topics.written(1, offset=2, written_at="2026-09-02T00:01:00Z"))

    assert await headline(console) == ("What was missing is in NetSuite now", "warn")


def test_pages_learn_that_kafka_is_away_once(tmp_path: Path):
    """Not at every attempt."""
    changes: list[int] = []
    follower = Follower(
        Cluster(bootstrap_servers="127.0.0.1:9"), tmp_path / "console.sqlite", clock=FakeClock(), groups=(),
        changed=lambda: changes.append(1), metrics=Metrics(version="1"),
    )  # fmt: skip

    for error in ("away", "away", ""):
        follower._say(error)

    assert len(changes) == 2
    follower._projection.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("period_closed: the period is closed", "The period is closed."),
        ("NetSuite says: no", "NetSuite says: no."),
        ("partition 0,", "Partition 0."),
        ("What now?", "What now?"),
        ("", ""),
    ],
)
def test_reasons_are_sentences(text, said):
    """With a capital, a full stop, and without the code of the error."""
    assert rendering.sentence(rendering.uncoded(text)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [("1504.30 EUR", "1,504.30 EUR"), ("-2500 JPY", "-2,500 JPY"), ("ACME-1", "ACME-1"), ("12 of", "12 of")],
)
def test_amounts_of_reports_are_grouped(text, said):
    """What is no amount stays as it is."""
    assert rendering.grouped(text) == said


def test_totals_that_differ_come_before_those_that_agree():
    """A list that is cut shows what matters."""
    agree = {"month": "2026-06", "kind": "invoice", "currency": "EUR", "lago_count": 1, "lago_total": "5.0",
             "netsuite_count": 1, "netsuite_total": "5.00"}  # fmt: skip
    totals = [MonthTotal(**agree), MonthTotal(**agree | {"month": "2026-07", "netsuite_total": "5.01"})]

    assert [each.month for each in rendering.differing_first(totals)] == ["2026-07", "2026-06"]


@pytest.mark.parametrize(
    ("text", "said"), [("2026-07", "July 2026"), ("2026-13", "2026-13"), ("", ""), ("2026-²", "2026-²")]
)
def test_months_have_names(text, said):
    """What is no month stays as it is."""
    assert rendering.month(text) == said
