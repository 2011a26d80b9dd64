"""Pages of one sentence: what became of an act, or why there is nothing to see; the same as JSON."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from consumer import __version__
from consumer.console import form, overview, waiting_list
from consumer.console.page import context_of, render

API = "/api/"


def said(
    request: Request, status: int, headline: str, *lines: str, tone: str = "bad", back: str = "/needs-action"
) -> Response:
    """A sentence with its lines; a program gets it as ``error``, or as ``said`` when it is good."""
    if request.url.path.startswith(API):
        return JSONResponse({"said" if status < 400 else "error": headline, "lines": list(lines)}, status)
    with context_of(request).tables() as tables:
        missing, count = overview.missing_amounts(tables), waiting_list.count(tables)
    return render(
        request, "message.html", status=status, missing=missing, waiting=count,
        headline=headline, tone=tone, lines=lines, back=back,
    )  # fmt: skip


def once_more(request: Request, fields: form.Fields, *, path: str = "", status: int = 403) -> Response:
    """A form whose page was too old, filled in as it was, to be sent again."""
    if request.url.path.startswith(API):
        return JSONResponse({"error": "the token is not that of this session; nothing was done"}, 403)
    with context_of(request).tables() as tables:
        missing, count = overview.missing_amounts(tables), waiting_list.count(tables)
    kept = {name: value for name, value in fields.items() if name != form.TOKEN_FIELD}
    return render(
        request, "once_more.html", status=status, missing=missing, waiting=count,
        action=path or request.url.path, fields=kept, reason=kept.get("reason", ""),
    )  # fmt: skip


def alone(
    request: Request,
    status: int,
    headline: str,
    *lines: str,
    link: tuple[str, str],
    elsewhere: tuple[str, str] | None = None,
) -> Response:
    """A page for somebody without a session; links are addresses and what they are called."""
    text = context_of(request).templates.get_template("alone.html").render(
        version=__version__, headline=headline, lines=lines, link=link, elsewhere=elsewhere
    )  # fmt: skip
    return HTMLResponse(text, status_code=status)
