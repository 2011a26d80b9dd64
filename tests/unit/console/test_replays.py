"""Runs of replays on pages and in JSON: how far, in which state, and what may be done with them by whom."""

from __future__ import annotations

import pytest

from consumer.console import acts
from consumer.console.context import RunAct
from consumer.failures import run as runs
from consumer.failures.run import Begin
from tests.support import topic_records as topics

RUN = "0123456789abcdef"
AT = "2026-08-01T00:00:{:02}Z"
STEERING = {"pause_replay": "pause", "resume_replay": "resume", "cancel_replay": "cancel"}
PATHS = ["/acts", "/api/v1/acts"]


def begun(*, count=4, ids=("error-1",)):
    begin = Begin(id=RUN, rate_per_s=2, newest_ms=10**6, ids=ids)
    details = {"documents": str(count)} | begin.details(["netsuite-eu"])
    return topics.acted(
        offset=10, act="replay", actor="ada", reason="mapped now", details=details, at=AT.format(0)
    )


def steered(act, offset, *, reason="month end", **details):
    return topics.acted(
        offset=offset, act=act, actor="bob", reason=reason, details={"run": RUN} | details, at=AT.format(1)
    )


def replayed(number, offset, at_ms):
    return topics.marked(number, "replayed", offset=offset, at_ms=at_ms, replayed_to=offset, run=RUN)


@pytest.fixture
def clock_ms(console):
    """Of the console, which has just seen the run begin."""
    console.take(topics.failed(8, offset=8), topics.failed(9, offset=9), begun())
    started_ms = runs.ms_of(AT.format(0))
    console.clock.advance((started_ms - console.context.now_ms) / 1_000)
    return started_ms


async def shown(console):
    page = (await console.http.get(f"/replays/{RUN}")).text
    return page, (await console.http.get(f"/api/v1/replays/{RUN}")).json()


async def test_a_run_is_as_far_as_its_marks_say(console, clock_ms):
    """Each failure once, however often it is marked; marks of other runs do not count."""
    console.take(
        replayed(8, 50, clock_ms), replayed(8, 51, clock_ms + 1), replayed(9, 52, clock_ms + 2),
        topics.marked(1, "replayed", offset=53, replayed_to=53),
    )  # fmt: skip

    page, found = await shown(console)

    assert (found["state"], found["replayed"], found["failures"]) == ("running", 2, 4)
    assert (found["left_s"], found["rate_per_s"], found["actor"]) == (1.0, 2, "ada")
    assert found["ends"] == {"under way": 2}
    assert "Replaying: 2 of 4" in page
    assert '<progress value="2" max="4"' in page


async def test_a_run_that_gives_no_sign_for_half_a_minute_has_stopped(console, clock_ms):
    """Its process was killed; one of this process is known to run."""
    console.take(replayed(8, 50, clock_ms))
    console.clock.advance(31)

    page, found = await shown(console)

    assert found["state"] == "stopped"
    assert "Stopped after 1 of 4" in page
    assert "The process that carried it out has ended" in page


@pytest.mark.usefixtures("clock_ms")
@pytest.mark.parametrize(
    ("records", "state", "forms"),
    [
        ([], "running", {"pause_replay", "cancel_replay"}),
        ([("pause_replay", {})], "paused", {"resume_replay", "cancel_replay"}),
        ([("end_replay", {"outcome": "stopped"})], "stopped", {"resume_replay", "cancel_replay"}),
        ([("cancel_replay", {})], "cancelled", set()),
        ([("end_replay", {"outcome": "done"})], "done", set()),
    ],
)
async def test_what_fits_its_state_can_be_done(console, records, state, forms):
    """By an operator; a viewer sees how far it is."""
    console.take(*(steered(act, 20 + n, **details) for n, (act, details) in enumerate(records)))
    console.log_in("operator")

    page, found = await shown(console)
    console.log_in("viewer")
    viewed, _ = await shown(console)

    assert found["state"] == state
    assert {each for each in STEERING if f"/acts/{each}" in page} == forms
    assert "/acts/" not in viewed


@pytest.mark.usefixtures("clock_ms")
async def test_a_run_whose_failures_are_not_on_record_cannot_be_resumed(console):
    """Only the command that chose them can go on; it can be cancelled."""
    console.take(
        topics.acted(
            offset=30, act="replay", at=AT.format(5),
            details={"documents": "9000", "run": "f" * 16, "rate": "50", "newest_ms": "1"},
        ),
        topics.acted(offset=31, act="pause_replay", details={"run": "f" * 16}, at=AT.format(6)),
    )  # fmt: skip
    console.log_in("operator")

    page = (await console.http.get(f"/replays/{'f' * 16}")).text

    assert "Resume" not in page
    assert "/acts/cancel_replay" in page


@pytest.mark.usefixtures("clock_ms")
async def test_all_runs_are_listed(console):
    """On their page, whose menu leads there, and in JSON."""
    page = (await console.http.get("/replays")).text
    found = (await console.http.get("/api/v1/replays")).json()["replays"]

    assert f'href="/replays/{RUN}"' in page
    assert [each["run"] for each in found] == [RUN]


async def test_without_a_run_the_page_says_what_to_do(console):
    """And an unknown one is not found."""
    assert "Nothing was replayed yet" in (await console.http.get("/replays")).text
    assert (await console.http.get(f"/replays/{RUN}")).status_code == 404
    assert (await console.http.get(f"/api/v1/replays/{RUN}")).status_code == 404


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", ["viewer", "operator", "admin"])
@pytest.mark.parametrize("act", acts.OF_RUNS)
async def test_a_run_is_steered_by_those_whose_role_allows_it(console, path, role, act):
    """A refusal is on the audit."""
    form = {"run": RUN, "reason": "month end", "token": console.log_in(role)}

    answer = await console.http.post(f"{path}/{act}", data=form)

    may = role != "viewer"
    assert answer.status_code == (200 if may else 403)
    expected = RunAct(run_id=RUN, steering=STEERING[act], actor="ada", reason="month end")
    assert console.acts == [expected] * may
    assert [each.details["act"] for each in console.audited] == [act] * (not may)


@pytest.mark.parametrize(
    ("change", "status"),
    [({"reason": " "}, 422), ({"run": ""}, 422), ({"rate": "0"}, 422), ({"token": "wrong"}, 403)],
)
async def test_a_form_without_its_fields_steers_nothing(console, change, status):
    """It says what is missing."""
    form = {"run": RUN, "reason": "month end", "token": console.log_in("operator")} | change

    assert (await console.http.post("/acts/resume_replay", data=form)).status_code == status
    assert console.acts == []
