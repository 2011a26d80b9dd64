"""The routes of the console."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from consumer.console import acts, api, pages
from consumer.console.access import Access
from consumer.console.context import Context
from consumer.console.live import LARGEST_AUDIENCE
from consumer.console.page import context_of
from consumer.console.rendering import HERE


def create_app(context: Context) -> ASGIApp:
    """The application around its context."""
    app = Starlette(
        routes=[
            Route("/", pages.books),
            Route("/needs-action", pages.needs_action),
            Route("/causes/{cause_id}", pages.cause),
            Route("/failures/{error_id}", pages.failure),
            Route("/waiting", pages.waiting),
            Route("/records", pages.records),
            Route("/records/{connection}/{object}/{lago_id}", pages.record),
            Route("/search", pages.search),
            Route("/reconciliation", pages.reconciliation),
            Route("/reconciliation/{key}", pages.reconciliation),
            Route("/connections", pages.connections),
            Route("/audit", pages.audit),
            Route("/acts/{act}", acts.act, methods=["POST"]),
            Route("/live", live),
            Route("/healthz", healthz),
            *api.ROUTES,
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]
    )
    app.state.context = context
    return Access(app, context)


async def live(request: Request) -> Response:
    """Changes as they happen, as server-sent events."""
    changes = context_of(request).changes
    if changes.audience >= LARGEST_AUDIENCE:
        return PlainTextResponse("too many pages are open", 503)
    return StreamingResponse(changes.stream(), media_type="text/event-stream")


async def healthz(request: Request) -> Response:
    """Whether the process works; the age of what it shows."""
    progress = context_of(request).progress
    return JSONResponse({"behind": progress.behind, "error": progress.error})
