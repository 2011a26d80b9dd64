"""A page: its template with what the layout shows on each."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse

from consumer import __version__
from consumer.console import notices
from consumer.console.conclusion import Missing
from consumer.console.context import Context
from consumer.console.session import Session

PAGES = (
    ("/", "Books"),
    ("/needs-action", "Needs action"),
    ("/waiting", "Waiting"),
    ("/replays", "Replays"),
    ("/records", "Records"),
    ("/reconciliation", "Reconciliation"),
    ("/backfill", "Backfill"),
    ("/mapping", "Mapping"),
    ("/connections", "Connections"),
    ("/audit", "Audit"),
)


def context_of(request: Request) -> Context:
    """The parts of the console."""
    found: Context = request.app.state.context
    return found


def session_of(request: Request) -> Session:
    """Who asks; nobody passes without."""
    found: Session = request.scope["console.session"]
    return found


def render(
    request: Request, template: str, *, status: int = 200, missing: Missing, waiting: int, **values: Any
) -> HTMLResponse:
    """
    A page.

    Args:
        request: what is answered.
        template: its file.
        status: of HTTP.
        missing: what needs a person, for the navigation.
        waiting: how many documents wait.
        values: for the template; `change` for what was read before the latest change.
    """
    context, session = context_of(request), session_of(request)
    text = context.templates.get_template(template).render(
        version=__version__,
        pages=PAGES,
        here=request.url.path,
        address=address(request),
        badges=context.badges,
        codes=context.codes,
        accounts=dict.fromkeys((each.environment, each.account_id) for each in context.badges),
        person=session.person,
        token=session.token,
        can_log_out=context.login is not None,
        notices=list(notices.of(context)),
        read_ms=context.read_ms,
        now_ms=context.now_ms,
        missing=missing,
        to_do=missing.to_do,
        waiting_documents=waiting,
        words=request.query_params.get("q", ""),
        **({"change": request.scope["console.change"]} | values),
    )
    return HTMLResponse(text, status_code=status)


def address(request: Request) -> str:
    """The page's own path with its query, for fetching it again."""
    return f"{request.url.path}{request.url.query and '?' + request.url.query}"


def linked(request: Request, **changes: str | int) -> str:
    """The page's own address with other parameters."""
    given = dict(request.query_params) | {name: str(value) for name, value in changes.items()}
    return f"{request.url.path}?{urlencode(given)}"


def next_page(request: Request, rows: Sequence[sqlite3.Row], size: int, **last: str) -> str:
    """The address of the page after these rows, by columns of the last one; empty on the last page."""
    if len(rows) < size:
        return ""
    return linked(request, **{name: rows[-1][column] for name, column in last.items()})


def whole_number(request: Request, name: str, otherwise: int = 0) -> int:
    """A whole number of the query; another where it is none, or too large for SQLite."""
    text = request.query_params.get(name, "")
    is_number = text.isascii() and text.removeprefix("-").isdigit() and len(text) < 19
    return int(text) if is_number else otherwise
