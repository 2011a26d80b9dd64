"""All routes of the console, and who may use them: a new page or act is a line here."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from consumer.console import (
    act_preview,
    acts,
    api,
    failure_list,
    job_pages,
    login_pages,
    mapping_acts,
    mapping_api,
    mapping_pages,
    pages,
    replay_pages,
)
from consumer.console.act_guard import guarded
from consumer.console.live import LARGEST_AUDIENCE
from consumer.console.login.registration import CALLBACK
from consumer.console.page import context_of, whole_number
from consumer.console.rendering import HERE


async def live(request: Request) -> Response:
    """Changes as they happen, as server-sent events."""
    changes = context_of(request).changes
    if changes.audience >= LARGEST_AUDIENCE:
        return PlainTextResponse("too many pages are open", 503)
    seen = whole_number(request, "seen", changes.number)
    return StreamingResponse(changes.stream(seen), media_type="text/event-stream")


async def healthz(request: Request) -> Response:
    """Whether the process works; how far it is, and with a login no more than that to everybody."""
    context = context_of(request)
    progress = context.progress
    error = progress.error or progress.file_error
    return JSONResponse(
        {"behind": progress.behind, "error": error if context.login is None or not error else "see the log"}
    )


PAGES: Sequence[BaseRoute] = (
    Route("/", pages.books),
    Route("/needs-action", pages.needs_action),
    Route("/causes/{cause_id}", pages.cause),
    Route("/failures", failure_list.page),
    Route("/failures/{error_id}", pages.failure),
    Route("/acts/{act}", act_preview.page),
    Route("/api/v1/acts/{act}", act_preview.as_json),
    Route("/api/v1/failures", failure_list.as_json),
    Route("/api/v1/failures/{error_id}", failure_list.one_as_json),
    Route("/replays", replay_pages.page),
    Route("/replays/{run_id}", replay_pages.one),
    Route("/api/v1/replays", replay_pages.all_as_json),
    Route("/api/v1/replays/{run_id}", replay_pages.one_as_json),
    Route("/waiting", pages.waiting),
    Route("/records", pages.records),
    Route("/records/{connection}/{object}/{lago_id}", pages.record),
    Route("/search", pages.search),
    Route("/reconciliation", pages.reconciliation),
    Route("/reconciliation/months", pages.months),
    Route("/reconciliation/{key}", pages.reconciliation),
    *job_pages.PAGES,
    Route("/mapping", mapping_pages.mapping),
    Route("/mapping/drafts/{draft_id}", mapping_pages.draft),
    Route("/connections", pages.connections),
    Route("/audit", pages.audit),
    Route(login_pages.LOST_FORM, login_pages.lost_form),
    Route("/live", live),
    *api.ROUTES,
    *job_pages.API,
    *mapping_api.ROUTES,
)
"""What is read, by everybody with a login."""

ACTS: Sequence[BaseRoute] = (
    Route("/acts/{act}", guarded(acts.act), methods=["POST"]),
    Route("/api/v1/acts/{act}", guarded(acts.act), methods=["POST"]),
    *mapping_acts.ROUTES,
    Route("/logout", guarded(login_pages.logout, act="logout"), methods=["POST"]),
)
"""What changes something; each needs the role of `act_roles` and is reached through `guarded` only."""

PUBLIC: Sequence[BaseRoute] = (
    Route("/healthz", healthz),
    Route(login_pages.LOGIN, login_pages.login),
    Route(CALLBACK, login_pages.callback),
    Mount("/static", StaticFiles(directory=HERE / "static")),
)
"""What needs no login, and shows nothing of the books."""
