"""What is printed at the end says what a person has to know, on a terminal and in a pipe."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from consumer.demo import run_report, summary, tables
from consumer.demo.fix_and_replay import Replay
from consumer.demo.lago_links import Links
from consumer.demo.run_report import Figures
from consumer.demo.webhook_counts import Ingest, Relay

FIGURES = Figures(
    events=80, written=54, already_there=13, ignored=7, rejected=6, webhooks_verified=6, duplicates=0,
    seconds=15.0, latency_p50_ms=25.0, latency_p99_ms=60.0, latency_max_ms=5000.0,
    webhook_latency_p50_ms=28.0, webhook_latency_p99_ms=66.0, broker="the embedded broker",
    balances=[
        {"customer": "c1", "currency": "EUR", "lago": "9.99", "netsuite": "10.00", "difference": "0.01"}
    ],
    planted=dict.fromkeys(run_report.PLANTED_FAULTS, ""),
    documents={"customer": 11, "invoice": 34},
    ingest=Ingest(
        accepted=78, repeated=1, refused=4, refusals={"401": 3, "400": 1}, by_hmac=62, by_jwt=16, past_it=2,
        latency_p50_ms=3.0, latency_p99_ms=9.0,
    ),
    relay=Relay(posted=16, verified=15, refused=0, retried=1, failures=6, customers=9),
    replay={"code": "invalid_mapping", "moved": 1, "outcome": "1 written", "still_open": 5, "seconds": 2.0},
    problems=["c1 owes 9.99 EUR in Lago and 10.00 in NetSuite"],
)  # fmt: skip
NOTHING_OPEN = Replay(exit_code=0, events=(), settled={}, open=(), seconds=1.0)


@pytest.fixture(params=[True, False], ids=["terminal", "pipe"])
def printed(request):
    out = Console(file=io.StringIO(), force_terminal=request.param, width=140, color_system=None)
    tables.end(out, FIGURES, NOTHING_OPEN)
    return out.file.getvalue()


def test_a_difference_and_the_problem_it_is_are_printed(printed):
    """Nobody should have to compare two columns by eye."""
    [row] = [line.split() for line in printed.splitlines() if line.split()[:1] == ["c1"]]

    assert row == ["c1", "EUR", "9.99", "10.00", "0.01"]
    assert "NOT AS IT MUST BE: c1 owes 9.99 EUR in Lago and 10.00 in NetSuite" in printed


def test_a_planted_fault_of_which_nothing_came_is_missing(printed):
    """Every one has a row."""
    assert printed.count("MISSING") == len(run_report.PLANTED_FAULTS)


def test_what_is_not_open_has_no_table(printed):
    assert "Still open" not in printed


def test_the_summary_has_a_line_for_each_stop_of_the_way():
    """From the webhook in to the webhook out."""
    lines = dict(summary.lines(FIGURES))

    assert list(lines) == ["month", "NetSuite", "ingest", "relay", "replay", "latency"]
    assert lines["ingest"].startswith("78 webhooks accepted (62 signed by HMAC, 16 as JWT), 1 known already")
    assert lines["relay"].startswith(
        "16 webhooks posted, 15 verified: 6 about failures, 9 about new customers"
    )
    assert lines["replay"] == "1 of invalid_mapping put back: 1 written; 5 still open"


def test_the_summary_says_what_was_lost_and_where_lagos_documents_stand():
    """Once there is something to say of it."""
    links = Links(
        documents=39, linked=39, customers=11, writes=39, users_entries=3, kept=3, came_back=10,
        more_than_once=0,
    )  # fmt: skip
    backfill = {"lost": 2, "sent": 2, "outcome": "2 written"}

    lines = dict(summary.lines(replace(FIGURES, links=links, backfill=backfill)))

    assert lines["backfill"] == "2 webhooks lost by Lago, 2 events sent: 2 written"
    assert lines["links"].startswith("39 of 39 invoices and notes in Lago carry their link by 39 writes")
    assert lines["links"].endswith("10 events came back, 0 more than once")


def test_the_figures_are_also_for_machines(tmp_path):
    """The file's folder need not be there."""
    file = tmp_path / "build" / "demo.json"

    FIGURES.write(file)

    assert file.read_text() == FIGURES.as_json() + "\n"
    assert '"past_it": 2' in file.read_text()
