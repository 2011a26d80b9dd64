"""One request and its response in ASGI's messages, the response written at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus

import structlog
from starlette.types import ASGIApp, Message, Scope
from uvicorn.protocols.http.flow_control import FlowControl

# Reading pauses while so much of a body is not yet taken by the application.
HIGH_WATER_BYTES = 64 * 1024
STATUS_LINES = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n".encode() for each in HTTPStatus}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CLOSE = b"connection: close\r\n"
INTERNAL_ERROR: Message = {
    "type": "http.response.start",
    "status": HTTPStatus.INTERNAL_SERVER_ERROR,
    "headers": [(b"content-length", b"0")],
}

_log = structlog.get_logger(__name__)


class Exchange:
    """
    One request that is being received and answered.

    uvicorn's own takes twice the time, for what one route does not need: responses in parts, checks of
    header names, an access log.

    Attributes:
        keep_alive: whether the connection remains open after the response.
        expects_continue: whether the client waits for 100 Continue before it sends the body.
        is_complete: whether the response is written.
        is_disconnected: whether the connection is lost.
    """

    __slots__ = (
        "_body", "_body_bytes", "_default_headers", "_flow", "_has_more", "_has_news", "_is_head",
        "_on_response", "_start", "_transport", "_waiter", "expects_continue", "is_complete",
        "is_disconnected", "keep_alive",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 - each by its name
        self,
        transport: asyncio.Transport,
        flow: FlowControl,
        *,
        default_headers: Sequence[tuple[bytes, bytes]],
        keep_alive: bool,
        expects_continue: bool,
        is_head: bool,
        on_response: Callable[[], None],
    ) -> None:
        """
        Begin when the head of a request is received.

        Args:
            transport: writes the response.
            flow: the flow control of its connection.
            default_headers: of every response, such as ``date``.
            keep_alive: whether the connection may remain open.
            expects_continue: whether the client waits for 100 Continue.
            is_head: whether the response must have no body, as to ``HEAD``.
            on_response: called when the response is written.
        """
        self._transport = transport
        self._flow = flow
        self._default_headers = default_headers
        self.keep_alive = keep_alive
        self.expects_continue = expects_continue
        self._is_head = is_head
        self._on_response = on_response
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._has_more = True
        self._has_news = False
        self._waiter: asyncio.Future[None] | None = None
        self._start: Message | None = None
        self.is_complete = False
        self.is_disconnected = False

    def add(self, chunk: bytes) -> None:
        """Add received bytes of the body."""
        self._body.append(chunk)
        self._body_bytes += len(chunk)
        if self._body_bytes > HIGH_WATER_BYTES:
            self._flow.pause_reading()
        self._wake()

    def end(self) -> None:
        """The body is complete."""
        self._has_more = False
        self._wake()

    def disconnect(self) -> None:
        """The connection is lost."""
        self.is_disconnected = not self.is_complete
        self._wake()

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Let the application respond; an error of its own is logged and answered with 500."""
        try:
            await app(scope, self.receive, self.send)
        except BaseException as error:  # noqa: BLE001 - also when the server cancels it
            _log.error("request_failed", exc_info=error)
        if not (self.is_complete or self.is_disconnected):
            self.keep_alive = False
            self._write(INTERNAL_ERROR, b"")

    async def receive(self) -> Message:
        """ASGI's ``http.request`` with what is received since the last one, or ``http.disconnect``."""
        if self.expects_continue and not self._transport.is_closing():
            self._transport.write(CONTINUE)
        self.expects_continue = False
        if not (self._has_news or self.is_disconnected or self.is_complete):
            self._flow.resume_reading()
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        self._has_news = False
        if self.is_disconnected or self.is_complete:
            return {"type": "http.disconnect"}
        body, self._body, self._body_bytes = b"".join(self._body), [], 0
        return {"type": "http.request", "body": body, "more_body": self._has_more}

    async def send(self, message: Message) -> None:
        """
        Take one of ASGI's two messages of a response, and write it with the second.

        The response has one body with its ``content-length``, or none. Its headers are not checked.
        """
        if self._start is None:
            self._start = message
            return
        if self._flow.write_paused and not self.is_disconnected:
            await self._flow.drain()
        if not (self.is_disconnected or self.is_complete):
            self._write(self._start, message.get("body", b""))

    def _write(self, start: Message, body: bytes) -> None:
        parts = [STATUS_LINES[start["status"]]]
        for name, value in (*self._default_headers, *start["headers"]):
            parts += (name, b": ", value, b"\r\n")
        if not self.keep_alive:
            parts.append(CLOSE)
        parts += (b"\r\n", b"" if self._is_head else body)
        self._transport.write(b"".join(parts))
        self.is_complete = True
        self._wake()
        if not self.keep_alive:
            self._transport.close()
        self._on_response()

    def _wake(self) -> None:
        self._has_news = True
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
