"""
One connection for uvicorn's server: httptools parses its requests, and one at a time is answered.

uvicorn's own protocol also has websockets, pipelined requests and a timer for each idle connection. Here a
request before the response to the one before gets none, and `Connections` limits the time.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from urllib.parse import unquote

import httptools
from starlette.types import ASGIApp, Scope
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.utils import get_remote_addr
from uvicorn.server import ServerState

from consumer.ingest.exchange import Exchange

HTTP_1_0 = "1.0"
HEAD = b"HEAD"


class HttpConnection(asyncio.Protocol):
    """
    Parses requests and starts the application for each.

    Attributes:
        exchange: the latest request with a complete head; None before the first.
        client: address and port of the client.
    """

    transport: asyncio.Transport
    flow: FlowControl
    client: tuple[str, int] | None = None
    exchange: Exchange | None = None

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],  # noqa: ARG002 - as uvicorn
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Prepare a connection; uvicorn calls this."""
        if not config.loaded:
            config.load()
        self._app: ASGIApp = config.loaded_app
        self._loop = _loop or asyncio.get_event_loop()
        self._server_state = server_state
        self._parser: Any = httptools.HttpRequestParser(self)
        with contextlib.suppress(AttributeError):  # httptools before 0.6.3
            # A request with ``connection: close`` is answered, whatever follows it.
            self._parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._url = b""
        self._expects_continue = False
        self._is_pipelined = False
        self.headers: list[tuple[bytes, bytes]] = []
        self.extensions: dict[str, object] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The connection is open."""
        self.transport = transport
        self.flow = FlowControl(transport)
        self.client = get_remote_addr(transport)
        self._server_state.connections.add(self)  # type: ignore[arg-type]

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed or lost."""
        self._server_state.connections.discard(self)
        if self.exchange is not None:
            self.exchange.disconnect()
        self.flow.resume_writing()
        if exc is None:
            self.transport.close()
        # They refer to this connection, which would remain until the garbage collector runs.
        self._parser, self.exchange, self.extensions = None, None, {}

    def eof_received(self) -> None:
        """The client sends no more; it may still read a response."""

    def pause_writing(self) -> None:
        """The client does not read; asyncio calls this."""
        self.flow.pause_writing()

    def resume_writing(self) -> None:
        """The client reads again; asyncio calls this."""
        self.flow.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Parse received data."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # No other protocol is supported; the request is answered.
            return
        except httptools.HttpParserError:
            self.refuse_unreadable()

    def refuse_unreadable(self) -> None:
        """End the connection, since what is received is no HTTP."""
        self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url = b""
        self._expects_continue = False
        self.headers = []

    def on_url(self, url: bytes) -> None:
        """The request's target, or a part of it."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line."""
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self._expects_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is complete: start the application."""
        self._is_pipelined = self.exchange is not None and not self.exchange.is_complete
        if self._is_pipelined:
            self.flow.pause_reading()
            return
        parser, method = self._parser, self._parser.get_method()
        self.exchange = exchange = Exchange(
            self.transport,
            self.flow,
            default_headers=self._server_state.default_headers,
            keep_alive=parser.get_http_version() != HTTP_1_0 and parser.should_keep_alive(),
            expects_continue=self._expects_continue,
            is_head=method == HEAD,
            on_response=self.on_response_complete,
        )
        task = self._loop.create_task(exchange.run(self._app, self._scope(method)))
        self._server_state.tasks.add(task)
        task.add_done_callback(self._server_state.tasks.discard)

    def on_body(self, body: bytes) -> None:
        """Bytes of a body."""
        exchange = self.exchange
        if exchange is not None and not (self._is_pipelined or exchange.is_complete):
            exchange.add(body)

    def on_message_complete(self) -> None:
        """The request is complete."""
        exchange = self.exchange
        if exchange is not None and not (self._is_pipelined or exchange.is_complete):
            exchange.end()

    def on_response_complete(self) -> None:
        """The response is written."""
        self._server_state.total_requests += 1
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def shutdown(self) -> None:
        """Close it after its response, since the server stops; uvicorn calls this."""
        if self.exchange is None or self.exchange.is_complete:
            self.transport.close()
        else:
            self.exchange.keep_alive = False

    def _scope(self, method: bytes) -> Scope:
        """The members of ASGI's scope that `http` reads."""
        return {
            "type": "http",
            "method": method.decode("ascii"),
            "path": _path(self._url),
            "headers": self.headers,
            "client": self.client,
            "extensions": self.extensions,
        }


def _path(target: bytes) -> str:
    if not target.startswith(b"/") or b"?" in target or b"#" in target:
        target = httptools.parse_url(target).path or b""
    path = target.decode("ascii")
    return unquote(path) if "%" in path else path
