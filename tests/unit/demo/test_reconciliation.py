"""The demo's reconciliation finds the open failures and nothing else, and its verdict is the last line."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from consumer.demo import lost_webhooks, reconciliation
from consumer.demo.lost_webhooks import Backfill
from consumer.demo.outcomes import Played
from consumer.demo.reconciliation import Reconciliation
from consumer.demo.scenario_event import ScenarioEvent

VERDICT = "NOT in balance: 1 differences in 44 documents of netsuite-demo."


def step(number, ending="rejected"):
    return ScenarioEvent(
        title="x",
        topic="lago.invoices",
        key=b"o:c",
        value=b"{}",
        unique_key="k",
        ending=ending,
        number=number,
    )


def done(*differences, exit_code=1):
    return Reconciliation(
        connection="netsuite-demo",
        exit_code=exit_code,
        text=f"sums [1]\n{VERDICT}\n",
        differences=differences,
    )


STEPS = [step("INV-1"), step("INV-2", "booked"), step(None)]


def test_open_failures_are_what_is_missing():
    """Documents by their numbers, customers by their ids."""
    customer = replace(step(None), topic="lago.customers")

    assert reconciliation.problems([done(("missing", "INV-1"))], STEPS) == []
    assert reconciliation.problems([done(("customer_missing", "c"))], [customer]) == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (done(("missing", "INV-1"), ("total", "INV-2")), "reconcile finds total of INV-2"),
        (done(exit_code=0), "reconcile does not find missing of INV-1"),
        (
            done(("missing", "INV-1"), exit_code=2),
            f"reconcile of netsuite-demo ended with 2: {VERDICT}",
        ),
    ],
)
def test_what_is_not_so_is_said(found, said):
    assert reconciliation.problems([found], STEPS) == [said]


def test_the_verdict_is_the_last_line_that_is_printed():
    """As the command has printed it."""
    out = Console(file=io.StringIO(), width=140, color_system=None)

    reconciliation.show(out, [done(("missing", "INV-1"))])

    lines = out.file.getvalue().splitlines()
    assert lines[-1] == VERDICT == done().last_line
    assert lines[1:3] == ["$ lago-netsuite reconcile --connection netsuite-demo", "sums [1]"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"exit_code": 1}, [f"`lago-netsuite {' '.join(lost_webhooks.COMMAND)}` ended with 1"]),
        ({"lost": 2}, ["2 webhooks were lost, and the backfill has sent 1"]),
    ],
)
def test_a_backfill_brings_all_that_was_lost(changes, said):
    events = (Played(step=step("INV-1"), place=("lago.invoices", 0, 1)),)

    assert lost_webhooks.problems(Backfill(**{"exit_code": 0, "lost": 1, "events": events} | changes)) == said
