"""Jobs that people start and stop on pages: a form becomes a wish, or a sentence why it is none."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from consumer.console import form, job_list
from consumer.console.job import Job, JobAct, JobCommand, JobOptions, StartJob, StopJob
from consumer.console.message import API, said
from consumer.console.page import context_of, session_of
from consumer.errors import LagoNetsuiteError

NAMES: Mapping[str, JobCommand | None] = {
    "plan_backfill": "backfill_plan",
    "backfill": "backfill",
    "reconcile": "reconcile",
    "stop_job": None,
}
"""By act, the command that it starts."""
OBJECTS = ("customers", "invoices", "credit_notes", "payments", "voids")
BOX = "object_"
"""Of a form, before each of these: a box to tick."""
CUSTOMERS_LIMIT = 200
ID_LIMIT = 255
RATE_LIMIT = 10_000.0
PLAN_LIFE = timedelta(hours=24)
"""What is planned is sent as it is then: after a day the plan says too little of that."""
BACK = "/backfill"


async def act(request: Request, name: str, reason: str) -> Response:
    """Start or stop a job; a page goes on to that of the job."""
    wish = _wish(request, name, reason)
    if isinstance(wish, str):
        return said(request, 422, wish, back=BACK)
    try:
        outcome = await context_of(request).jobs.do(wish)
    except LagoNetsuiteError as error:
        return said(request, 503, "It was not done", str(error), back=BACK)
    if not outcome.is_done:
        return said(request, 409, outcome.said, back=f"/jobs/{outcome.job}" if outcome.job else BACK)
    if request.url.path.startswith(API):
        return JSONResponse({"said": outcome.said, "lines": [], "job": outcome.job})
    return RedirectResponse(f"/jobs/{outcome.job}", 303)


def _wish(request: Request, name: str, reason: str) -> JobAct | str:
    fields, actor, command = form.of(request), session_of(request).person.name, NAMES[name]
    if command is None:
        return StopJob(job=fields.get("job", ""), actor=actor, reason=reason)
    if command == "backfill":
        return _backfill(request, fields.get("plan", ""), actor, reason)
    code = fields.get("connection", "").strip()
    badges = {each.code: each for each in context_of(request).badges}
    if code not in badges:
        return "The form names no connection of this console"
    if not badges[code].reads_lago:
        return f"{code} has no lago.api_url and lago.api_key, without which nothing is read from Lago"
    options = options_of(fields)
    if isinstance(options, str):
        return options
    if command == "reconcile":
        options = replace(options, objects=(), rate="")
    return StartJob(connection=code, command=command, options=options, actor=actor, reason=reason)


def _backfill(request: Request, plan_id: str, actor: str, reason: str) -> StartJob | str:
    """A backfill as it was planned."""
    context = context_of(request)
    with context.tables() as tables:
        plan = job_list.of_id(tables, context.jobs.jobs, plan_id)
    if plan is None or plan.command != "backfill_plan" or plan.connection not in context.codes:
        return "The form names no plan of a backfill: make one first"
    if plan.state != "done":
        return "This plan is not done, so nobody knows what would be sent"
    if not is_fresh(plan, context.clock.now()):
        return "This plan is older than a day: make it anew"
    return StartJob(
        connection=plan.connection,
        command="backfill",
        options=plan.options,
        actor=actor,
        reason=reason,
        plan=plan.id,
    )


def is_fresh(plan: Job, now: datetime) -> bool:
    """Whether a plan still says what would be sent."""
    with suppress(ValueError):
        return now - datetime.fromisoformat(plan.ended_at) < PLAN_LIFE
    return False


def options_of(fields: form.Fields) -> JobOptions | str:
    """The options of a form, or what is wrong with it; kinds are boxes of a page or one text of a program."""
    days = [fields.get(name, "").strip() for name in ("since", "until")]
    if wrong := next((day for day in days if day and not _is_day(day)), None):
        return f"{wrong[:50]} is no day like 2026-08-01"
    if all(days) and days[1] < days[0]:
        return f"The last day, {days[1]}, is before the first, {days[0]}"
    customers = tuple(dict.fromkeys(filter(None, map(str.strip, fields.get("customers", "").splitlines()))))
    # A single dash is the standard input of the command.
    if len(customers) > CUSTOMERS_LIMIT or any(len(each) > ID_LIMIT or each == "-" for each in customers):
        return f"At most {CUSTOMERS_LIMIT} customers, each by its external id on a line of its own"
    asked = {each.strip() for each in fields.get("objects", "").split(",")} - {""}
    if unknown := asked - set(OBJECTS):
        return f"{', '.join(sorted(unknown))[:100]}: choose of {', '.join(OBJECTS)}"
    rate = fields.get("rate", "").strip()
    if rate and not _is_rate(rate):
        return f"{rate[:50]} is no number of events a second"
    objects = tuple(each for each in OBJECTS if each in asked or fields.get(f"{BOX}{each}"))
    return JobOptions(since=days[0], until=days[1], customers=customers, objects=objects, rate=rate)


def _is_day(text: str) -> bool:
    with suppress(ValueError):
        return date.fromisoformat(text).isoformat() == text
    return False


def _is_rate(text: str) -> bool:
    with suppress(ValueError):
        return 0.1 <= float(text) <= RATE_LIMIT
    return False
