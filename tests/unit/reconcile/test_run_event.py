"""The event of a run has amounts as their currency writes them, and fits into a record of Kafka."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from consumer.commands import reconcile_report
from consumer.reconcile import run_event
from consumer.reconcile.acceptance import Acceptance, AcceptedDifference, Division
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.difference import Difference
from consumer.reconcile.expected import Expected
from consumer.reconcile.run_event import RunFacts
from schemas import reconciliation

NOW = datetime(2026, 9, 1, tzinfo=UTC)
FACTS = RunFacts(connection="netsuite-eu", run_id="1", actor="ada", started_at=NOW, ended_at=NOW)


def dinars(netsuite):
    """Both sides of one invoice of 1575.740 dinars."""
    amount = Decimal("1575.740")
    document = Expected(
        kind="invoice", lago_id="i", external_id="lago-inv-i", number="N-1", currency="KWD",
        day="2026-08-01", total=amount, open=amount,
    )  # fmt: skip
    comparison = Comparison()
    comparison.expect(document)
    theirs = Decimal(netsuite)
    comparison.balances.add_record(document, remaining=theirs, total=theirs, date="2026-08-01")
    return comparison


@pytest.mark.parametrize(
    ("netsuite", "lines"),
    [
        ("1575.74", []),
        ("1575.75", ["      Lago 1 over 1575.740", "      NetSuite 1 over 1575.750"]),
    ],
)
def test_a_month_differs_by_its_amount_and_not_by_its_decimals(netsuite, lines):
    """NetSuite keeps two decimals of dinars, Lago three."""
    comparison = dinars(netsuite)

    run = run_event.reconciliation_of(FACTS, comparison, Division())

    [month], [balance] = run.totals, run.balances
    assert (month.lago_total, balance.lago) == ("1575.740", "1575.740")
    assert {month.netsuite_total, balance.netsuite} == {f"{netsuite}0"}
    printed = list(reconcile_report.lines_of(comparison, Division(), run))
    assert [line for line in printed if " over " in line] == lines


@pytest.mark.parametrize(("letter", "is_whole"), [("a", True), ("\U0001f4b6", False)])
def test_an_event_fits_into_a_record_whatever_its_texts_are(letter, is_whole):
    """It lists fewer differences then; its counts are of all."""
    long = letter * 1_000
    texts = dict.fromkeys(
        ("number", "lago_id", "customer", "billing_entity", "lago", "netsuite", "netsuite_number", "cause",
         "url"),
        long,
    )  # fmt: skip
    found = [Difference(what="total", kind="invoice", **texts)] * 600
    known = Acceptance(key="k", digest="d", actor=long, at=long, reason=long)
    accepted = [AcceptedDifference(difference=each, acceptance=known) for each in found]

    run = run_event.reconciliation_of(FACTS, Comparison(), Division(open=found, accepted=accepted))

    assert len(run_event.event_of(run).value) < 4 * 1024 * 1024
    assert (run.difference_count, run.accepted_count) == (600, 600)
    assert (len(run.differences) == reconciliation.LISTED_DIFFERENCES) is is_whole
    assert len(run.differences) > 50
