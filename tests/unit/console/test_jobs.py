"""Backfills and comparisons are planned, started, watched and stopped on pages, by those who may."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from consumer.console.job import Job, JobOptions, StartJob, StopJob
from consumer.console.job_acts import CUSTOMERS_LIMIT, options_of
from tests.support import topic_records as topics

CODE = "netsuite-eu"
PLAN = {
    "counts": {"customer": 1, "invoice": 2},
    "sums": {"customer": {}, "invoice": {"EUR": "1504.30"}},
    "left_out": {"invoice draft": 3},
    "lago_requests": 2,
    "minutes": 0.1,
    "closed_periods": {
        "known": True, "policy": "hold", "periods": ["Jun 2026"], "counts": {"invoice": 1},
        "sums": {"invoice": {"EUR": "4.30"}}, "without_period": 0,
    },
}  # fmt: skip
ASKED = {"connection": CODE, "reason": "the webhooks of Tuesday"}
SCOPE = {"since": "2026-08-01", "until": "2026-08-31", "customers": "cus_1\n cus_2 \n\ncus_1", "rate": "20"}
OPTIONS = JobOptions(since="2026-08-01", until="2026-08-31", customers=("cus_1", "cus_2"), rate="20")
FORMS = [
    ("plan_backfill", ASKED),
    ("reconcile", ASKED),
    ("backfill", {"plan": "plan-1", "reason": "as planned"}),
    ("stop_job", {"job": "job-1", "reason": "too early"}),
]


def started(job_id, *, offset, command="backfill_plan", at="2026-08-01T08:00:00Z", **details):
    members = {"job": job_id, "command": command, "plan": "", **OPTIONS.details, **details}
    return topics.acted(
        offset=offset, connection=CODE, act="job_started", actor="ada", at=at, reason="why", details=members
    )


def ended(job_id, *, offset, state="done", at="2026-08-01T08:01:00Z", result=None, **details):
    members = {"job": job_id, "state": state, "said": "3 events would be sent"}
    members |= {"result": json.dumps(result or {}), **details}
    return topics.acted(
        offset=offset, connection=CODE, act="job_ended", actor="ada", at=at, reason="", details=members
    )


@pytest.fixture
def planned(console):
    """A console on whose audit record a plan of a backfill is done."""
    console.take(started("plan-1", offset=7), ended("plan-1", offset=8, result={"plan": PLAN}))
    console.clock.wall = console.clock.wall.replace(year=2026, month=8, day=1, hour=9)
    return console


@pytest.mark.parametrize("path", ["/acts", "/api/v1/acts"])
@pytest.mark.parametrize("role", ["viewer", "operator", "admin"])
@pytest.mark.parametrize(("act", "fields"), FORMS)
async def test_jobs_are_started_and_stopped_by_operators(planned, act, fields, role, path):
    """A page goes on to the job, a program gets its id; a refusal is on the audit."""
    token = planned.log_in(role)

    answer = await planned.http.post(f"{path}/{act}", data=fields | {"token": token})

    if role == "viewer":
        assert (answer.status_code, planned.job_acts) == (403, [])
        assert [each.details["act"] for each in planned.audited] == [act]
        return
    assert len(planned.job_acts) == 1
    if path == "/acts":
        assert (answer.status_code, answer.headers["location"]) == (303, "/jobs/job-1")
    else:
        assert (answer.status_code, answer.json()["job"]) == (200, "job-1")


async def test_a_form_becomes_what_it_asks_for(planned):
    """By whom comes from the session; a backfill is about what was planned, whatever its form says."""
    token = planned.log_in("operator")
    scope = SCOPE | {"token": token, "actor": "eve"}

    for act, fields in FORMS:
        await planned.http.post(f"/api/v1/acts/{act}", data=scope | fields | {"object_invoices": "on"})

    only_invoices = replace(OPTIONS, objects=("invoices",))
    whole = {"connection": CODE, "actor": "ada"}
    assert planned.job_acts == [
        StartJob(command="backfill_plan", options=only_invoices, reason=ASKED["reason"], **whole),
        StartJob(command="reconcile", options=replace(OPTIONS, rate=""), reason=ASKED["reason"], **whole),
        StartJob(command="backfill", options=OPTIONS, reason="as planned", plan="plan-1", **whole),
        StopJob(job="job-1", actor="ada", reason="too early"),
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"since": "2026-13-01"}, "2026-13-01 is no day"),
        ({"until": "yesterday"}, "yesterday is no day"),
        ({"since": "20260801"}, "20260801 is no day"),
        ({"since": "2026-08-02", "until": "2026-08-01"}, "is before the first"),
        ({"objects": "invoices, horses"}, "horses: choose of customers, invoices"),
        ({"rate": "0"}, "0 is no number of events a second"),
        ({"rate": "nan"}, "nan is no number"),
        ({"rate": "1e9"}, "1e9 is no number"),
        ({"customers": "-"}, "At most 200 customers"),
        ({"customers": "\n".join(map(str, range(CUSTOMERS_LIMIT + 1)))}, "At most 200 customers"),
        ({"customers": "x" * 256}, "At most 200 customers"),
    ],
)
def test_a_form_that_names_no_scope_says_why(fields, sentence):
    """Before anything is started."""
    found = options_of(fields)

    assert isinstance(found, str)
    assert sentence in found


def test_kinds_are_boxes_of_a_page_or_one_text_of_a_program():
    """In the order of sending."""
    assert options_of({"object_payments": "on", "object_invoices": "on"}).objects == ("invoices", "payments")
    assert options_of({"objects": " payments ,invoices"}).objects == ("invoices", "payments")
    assert options_of({}) == JobOptions()


@pytest.mark.parametrize(
    ("records", "sentence"),
    [
        ([], "names no plan"),
        ([started("plan-2", offset=9)], "is not done"),
        ([started("plan-2", offset=9), ended("plan-2", offset=10, state="failed")], "is not done"),
        ([started("plan-2", offset=9, command="reconcile"), ended("plan-2", offset=10)], "names no plan"),
        (
            [started("plan-2", offset=9), ended("plan-2", offset=10, at="2026-07-31T08:59:59Z")],
            "older than a",
        ),
    ],
)
async def test_nothing_is_sent_that_was_not_planned_within_a_day(planned, records, sentence):
    """What a person has seen is what is sent."""
    planned.take(*records)
    fields = {"plan": "plan-2", "reason": "r", "token": planned.log_in("operator")}

    answer = await planned.http.post("/api/v1/acts/backfill", data=fields)

    assert (answer.status_code, planned.job_acts) == (422, [])
    assert sentence in answer.json()["error"]


async def test_a_connection_without_a_key_of_lago_starts_nothing_and_the_page_says_so(console):
    """The setting is named."""
    badge = replace(console.context.badges[0], reads_lago=False)
    object.__setattr__(console.context, "badges", [badge])
    token = console.log_in("admin")

    page = (await console.http.get("/backfill")).text
    answer = await console.http.post("/acts/reconcile", data=ASKED | {"token": token})

    assert "lago.api_key" in page
    assert "/acts/plan_backfill" not in page
    assert (answer.status_code, console.job_acts) == (422, [])
    assert "lago.api_key" in answer.text


async def test_a_plan_shows_what_would_be_sent_and_lets_it_be_sent(planned):
    """Count, sums, closed periods, time; then one button."""
    planned.log_in("operator")

    text = (await planned.http.get("/jobs/plan-1")).text

    for shown in (
        "3 events would be sent", "1,504.30 EUR", "1 of these lie in closed periods", "Jun 2026",
        "3 invoice draft", "from 2026-08-01", "cus_1, cus_2",
        "Lago is asked 2 times more, in at least 0.1 minutes", "Send 3 events",
    ):  # fmt: skip
        assert shown in text
    assert 'name="plan" value="plan-1"' in text


@pytest.mark.parametrize(("role", "hours"), [("viewer", 0), ("operator", 25)])
async def test_a_plan_is_not_sent_by_viewers_nor_after_a_day(planned, role, hours):
    """Then it is planned anew."""
    planned.clock.advance(hours * 3_600)
    planned.log_in(role)

    assert "/acts/backfill" not in (await planned.http.get("/jobs/plan-1")).text


async def test_a_job_under_way_shows_how_far_it_is_and_can_be_stopped(console):
    """With its age, as every number that changes."""
    live = Job(
        id="job-7", connection=CODE, command="backfill", actor="ada", reason="why", step="sends", done=1_200,
        total=4_000, started_at="2026-08-01T08:00:00Z", latest_at="2026-08-01T08:00:30Z",
    )  # fmt: skip
    console.context.jobs.put(live)
    console.log_in("operator")

    text = (await console.http.get("/jobs/job-7")).text
    listed = (await console.http.get("/backfill")).text

    assert "is under way" in text
    assert "1,200 of 4,000" in text
    assert '<progress max="4000" value="1200"' in text
    assert 'action="/acts/stop_job"' in text
    assert '<a href="/jobs/job-7">Backfill</a>' in listed
    content = (await console.http.get("/api/v1/jobs/job-7")).json()
    assert (content["state"], content["done"], content["total"]) == ("under_way", 1_200, 4_000)


@pytest.mark.parametrize("state", ["under_way", "done", "differs", "stopped", "failed"])
@pytest.mark.parametrize("command", ["backfill_plan", "backfill", "reconcile"])
async def test_every_job_has_a_page_whatever_is_known_of_it(console, command, state):
    """Without a result, too."""
    known = {"connection": CODE, "actor": "ada", "reason": "why", "started_at": "2026-08-01T08:00:00Z"}
    console.context.jobs.put(Job(id="job-7", command=command, state=state, **known))
    console.log_in("admin")

    for path in ("/jobs/job-7", "/api/v1/jobs/job-7", "/backfill", "/reconciliation"):
        assert (await console.http.get(path)).status_code == 200


async def test_a_job_without_an_end_on_record_says_that_it_is_lost(console):
    """The console was killed; another one does not show it as under way for ever."""
    console.take(started("job-8", offset=7, command="backfill"))

    text = (await console.http.get("/jobs/job-8")).text

    assert "what became of it is not on record" in text
    assert "goes on after the last document" in text
    assert [each["state"] for each in (await console.http.get("/api/v1/jobs")).json()["jobs"]] == ["lost"]


async def test_a_comparison_leads_to_what_it_has_found(console):
    """By its run."""
    end = ended("job-9", offset=8, state="differs", said="Not in balance", result={"run_id": "run-1"})
    console.take(started("job-9", offset=7, command="reconcile"), end)

    assert f'href="/reconciliation/{CODE}:run-1"' in (await console.http.get("/jobs/job-9")).text


@pytest.mark.parametrize("path", ["/jobs/none", "/api/v1/jobs/none"])
async def test_a_job_that_nobody_knows_is_not_found(console, path):
    """As a page and as JSON."""
    assert (await console.http.get(path)).status_code == 404


async def test_an_act_that_kafka_does_not_take_starts_nothing(console):
    """The sentence says so."""
    console.failing = "Kafka does not answer"

    answer = await console.http.post(
        "/api/v1/acts/reconcile", data=ASKED | {"token": console.log_in("operator")}
    )

    assert (answer.status_code, answer.json()["lines"]) == (503, ["Kafka does not answer"])


@pytest.mark.parametrize("details", [{}, {"job": "x", "command": "horses"}, {"command": "reconcile"}])
async def test_records_that_name_no_job_are_passed_over(console, details):
    """Another version may have written them."""
    console.take(topics.acted(offset=7, connection=CODE, act="job_started", details=details))

    assert (await console.http.get("/api/v1/jobs")).json() == {"jobs": []}
