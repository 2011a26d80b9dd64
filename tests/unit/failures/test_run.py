"""A run of replays is what its records say, in their order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from consumer.failures import run as runs
from consumer.failures.run import Begin
from consumer.failures.selection import NOTHING, Selection
from schemas.audit import AuditRecord

AT = "2026-08-01T10:00:{:02}Z"
STARTED_MS = runs.ms_of(AT.format(0))
EVERYTHING = Selection(
    codes=frozenset({"invalid_mapping"}), causes=frozenset({"a", "b"}), kinds=frozenset({"invoice"}),
    number="ACME-1", since=datetime(2026, 8, 1, tzinfo=UTC), assigned="",
)  # fmt: skip


def begun(*, connection="eu", codes=("eu",), count=40, selection=EVERYTHING, ids=(), run="r1"):
    begin = Begin(id=run, rate_per_s=5, newest_ms=77, selection=selection, ids=ids)
    details = {"documents": str(count)} | begin.details(codes)
    return AuditRecord(
        connection=connection, act="replay", actor="ada", at=AT.format(0), reason="mapped", details=details
    )


def steered(act, second, *, connection="eu", reason="why", **details):
    details = {"run": "r1"} | details
    return AuditRecord(
        connection=connection, act=act, actor="bob", at=AT.format(second), reason=reason, details=details
    )


def state_after(*records):
    return runs.of([begun(), *records])["r1"]


def test_a_run_that_has_begun_knows_all_that_is_needed_to_carry_it_on():
    """Which failures, how fast, and up to when they were published."""
    run = state_after()

    assert (run.failures, run.rate_per_s, run.newest_ms, run.home) == (40, 5, 77, "eu")
    assert (run.actor, run.reason, run.state) == ("ada", "mapped", "running")
    assert run.left() == EVERYTHING


def test_a_run_over_two_connections_is_one():
    """Each has its record; the first one's chain steers it."""
    two = ("eu", "us")
    found = runs.of(
        [begun(codes=two), begun(connection="us", codes=two, count=2), steered("pause_replay", 1)]
    )

    assert (found["r1"].failures, found["r1"].connections, found["r1"].state) == (42, two, "paused")


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        (["pause_replay"], "paused"),
        (["pause_replay", "resume_replay"], "running"),
        (["pause_replay", "resume_replay", "pause_replay"], "paused"),
        (["cancel_replay"], "cancelled"),
        (["cancel_replay", "resume_replay"], "cancelled"),
        (["pause_replay", "cancel_replay"], "cancelled"),
    ],
)
def test_the_last_act_decides_until_the_run_is_over(acts, state):
    """All within one second: their order on the chain counts, not their time."""
    assert state_after(*(steered(act, 1) for act in acts)).state == state


def test_an_end_says_whether_the_run_is_done():
    """What has stopped can go on; what is done cannot."""
    done = state_after(steered("end_replay", 1, outcome="done", reason=""))
    stopped = state_after(steered("end_replay", 1, outcome="stopped", reason="the console was stopped"))

    assert (done.state, done.is_over) == ("done", True)
    assert (stopped.state, stopped.said) == ("stopped", "the console was stopped")
    assert runs.why_not("resume", stopped, "stopped") == ""
    assert runs.why_not("resume", done, "done") == "The replay is done"


def test_a_run_resumes_at_another_rate():
    """Slower, or faster."""
    run = state_after(steered("pause_replay", 1), steered("resume_replay", 2, rate="0.5"))

    assert (run.rate_per_s, run.said) == (0.5, "")


@pytest.mark.parametrize(
    ("age_ms", "is_here", "state"),
    [(30_000, False, "running"), (30_001, False, "stopped"), (10**9, True, "running")],
)
def test_a_run_that_gives_no_sign_has_stopped(age_ms, is_here, state):
    """Its process was killed: nothing is on record. Here it is known better."""
    run = state_after()

    assert run.state_now(last_ms=STARTED_MS, now_ms=STARTED_MS + age_ms, is_here=is_here) == state


def test_a_paused_run_stays_paused_however_long():
    """Nobody carries it out, so nobody has to give a sign."""
    run = state_after(steered("pause_replay", 1))

    assert run.state_now(last_ms=0, now_ms=10**12, is_here=False) == "paused"


def test_failures_that_were_chosen_by_id_are_on_record_up_to_a_limit():
    """Beyond it only the command that chose them can go on."""
    few = runs.of([begun(selection=None, ids=["e1", "e2"])])["r1"]
    many = runs.of([begun(selection=None, ids=[f"error-{n}" for n in range(2_001)])])["r1"]

    assert few.left() == Selection(ids=frozenset({"e1", "e2"}))
    assert (few.is_known, many.is_known) == (True, False)
    assert "the same command" in runs.why_not("resume", many, "stopped")


def test_records_of_no_run_and_of_former_versions_are_none():
    """Replays had no id."""
    old = AuditRecord(connection="eu", act="replay", actor="ada", at="t", details={"documents": "2"})

    assert runs.of([old, steered("pause_replay", 1)]) == {}


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf", "x", ""])
def test_a_rate_that_is_none_is_passed_over(rate):
    """A record of another hand must not stop the page."""
    assert state_after(steered("resume_replay", 1, rate=rate)).rate_per_s == 5


@pytest.mark.parametrize(
    "selection", [Selection(), EVERYTHING, Selection(until=datetime(2026, 8, 2, tzinfo=UTC))]
)
def test_a_selection_survives_its_text(selection):
    """So that another process can carry the run on."""
    assert Selection.of_text(selection.as_text()) == selection


@pytest.mark.parametrize("text", ["", "[]", "{", '{"colour": "red"}', '{"since": "whenever"}', "1"])
def test_a_text_that_is_no_selection_selects_nothing(text):
    """Not everything."""
    assert Selection.of_text(text) == NOTHING
