"""What is said when a request fails: the tables cannot be read, or a defect of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from consumer import errors
from consumer.console import file_error, message
from consumer.console.page import context_of
from consumer.errors import StartupError

Handler = Callable[[Request, Exception], Awaitable[Response]]

log = structlog.get_logger(__name__)


async def tables_failed(request: Request, error: Exception) -> Response:
    """The file of the tables cannot be read now."""
    said = str(file_error.of(error, context_of(request).file) if isinstance(error, sqlite3.Error) else error)
    log.warning("console_tables_failed", error=said)
    return _said(request, 503, "The console cannot read its tables now", said)


async def defect(request: Request, error: Exception) -> Response:
    """Something else is wrong: the log says where, and nobody what was asked for."""
    log.error("console_defect", error=errors.name_of(error), frames=errors.frames_of(error))
    return _said(request, 500, "This is a defect of the console", "Its log says where it is")


HANDLERS: Mapping[type[Exception], Handler] = {
    sqlite3.Error: tables_failed,
    StartupError: tables_failed,
    Exception: defect,
}


class Contained:
    """Passes requests on; what fails has its answer from `defect`, so no traceback with data is logged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - answered and logged by `defect`
            log.debug("console_request_failed", error=errors.name_of(error))


def _said(request: Request, status: int, headline: str, line: str) -> Response:
    if request.url.path.startswith(message.API):
        return JSONResponse({"error": f"{headline}. {line}"}, status)
    return message.alone(request, status, headline, f"{line}.", link=("/", "Try again"))
