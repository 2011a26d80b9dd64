"""The pages of jobs: what can be started, what is under way, what came of each; the same as JSON."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from consumer.console import job_acts, job_list, overview, waiting_list
from consumer.console.job import Job
from consumer.console.message import said
from consumer.console.page import context_of, render
from consumer.preflight.posting_periods import EFFECTS


def backfill(request: Request) -> HTMLResponse:
    """What a backfill is about, to be planned; and all jobs, the latest first."""
    context = context_of(request)
    with context.tables() as tables:
        return _page(request, tables, "backfill.html", jobs=job_list.latest(tables, context.jobs.jobs))


def job(request: Request) -> Response:
    """One job: how far it is, what came out, and what can be done with it."""
    context = context_of(request)
    with context.tables() as tables:
        found = job_list.of_id(tables, context.jobs.jobs, request.path_params["job_id"])
        if found is None:
            return said(request, 404, "There is no such job", tone="warn", back="/backfill")
        is_planned = found.command == "backfill_plan" and found.state == "done" and "plan" in found.result
        is_fresh = is_planned and job_acts.is_fresh(found, context.clock.now())
        return _page(
            request, tables, "job.html", job=found, is_planned=is_planned, is_fresh=is_fresh, effects=EFFECTS
        )


def listed(request: Request) -> JSONResponse:
    """The latest jobs."""
    context = context_of(request)
    with context.tables() as tables:
        found = job_list.latest(tables, context.jobs.jobs)
    return JSONResponse({"jobs": [content_of(each) for each in found]})


def shown(request: Request) -> JSONResponse:
    """One job."""
    context = context_of(request)
    with context.tables() as tables:
        found = job_list.of_id(tables, context.jobs.jobs, request.path_params["job_id"])
    if found is None:
        return JSONResponse({"error": "there is no such job"}, 404)
    return JSONResponse(content_of(found))


def content_of(found: Job) -> Mapping[str, Any]:
    """A job as JSON."""
    return asdict(found)


PAGES = (Route("/backfill", backfill), Route("/jobs/{job_id}", job))
API = (Route("/api/v1/jobs", listed), Route("/api/v1/jobs/{job_id}", shown))


def _page(request: Request, tables: sqlite3.Connection, template: str, **values: Any) -> HTMLResponse:
    missing, count = overview.missing_amounts(tables), waiting_list.count(tables)
    return render(request, template, missing=missing, waiting=count, objects=job_acts.OBJECTS, **values)
