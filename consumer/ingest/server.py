"""The web server: uvicorn on httptools, with limits that fit signatures as large as bodies."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from consumer.ops import http

HEAD_LIMIT_S = 20.0
KEEP_ALIVE_LIMIT_S = 30
# Longer than Kafka may take to acknowledge what is under way.
GRACEFUL_STOP_LIMIT_S = 10
# A JWT in a header carries the body again, as a JSON string in base64: at most this much for a byte.
HEAD_BYTES_FOR_BODY_BYTE = 3
HEAD_BYTES_FOR_ALL_ELSE = 64 * 1024
BACKLOG = 2048

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\n"
    b'connection: close\r\n\r\n{"error":"the headers are larger than any webhook\'s"}'
)

log = structlog.get_logger(__name__)


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    body_limit_bytes: int,
    stop: asyncio.Event,
    bound: Callable[[], None],
) -> None:
    """
    Answer until told to stop, then finish the requests under way.

    Args:
        app: what answers.
        host: the address to listen on.
        port: 0 takes a free one.
        body_limit_bytes: of one request; its headers may be a few times that.
        stop: ends it when set.
        bound: is called once connections are accepted.

    Raises:
        StartupError: the address cannot be listened on.
    """
    listener = http.listen(host, port, settings="ingest")
    log.info("ingest_listening", host=host, port=listener.getsockname()[1])
    server = http.Server(_config(app, body_limit_bytes))
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve(sockets=[listener]))
        bound()
        waiting = tasks.create_task(stop.wait())
        await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        waiting.cancel()
    listener.close()


def _config(app: ASGIApp, body_limit_bytes: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_protocol(HEAD_BYTES_FOR_BODY_BYTE * body_limit_bytes + HEAD_BYTES_FOR_ALL_ELSE),
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_LIMIT_S,
        timeout_graceful_shutdown=GRACEFUL_STOP_LIMIT_S,
    )


class Limited(HttpToolsProtocol):
    """One connection. By itself httptools takes headers of any size, for any time."""

    head_limit_bytes = HEAD_BYTES_FOR_ALL_ELSE

    _is_in_head = True
    _head_bytes = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        """Wait for a request, but not for ever."""
        super().connection_made(transport)
        # asyncio does so only for sockets that name their protocol, which `socket.create_server` does not.
        # Without it the body of an answer waits for the acknowledgement of its head: 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless this is no head of a webhook any more."""
        if self._is_in_head and self._head_bytes > self.head_limit_bytes:
            self.transport.write(_TOO_LARGE)
            self.transport.close()
            return
        self._head_bytes += len(data) if self._is_in_head else 0
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Wait for the rest of the head, but not for ever."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """The rest is a body, which the application reads."""
        self._is_in_head, self._head_bytes = False, 0
        self._disarm()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What follows is another head."""
        super().on_message_complete()
        self._is_in_head, self._head_bytes = True, 0

    def _await_head(self) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(HEAD_LIMIT_S, self.transport.close)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()


def _protocol(head_limit_bytes: int) -> type[Limited]:
    return type("LimitedTo", (Limited,), {"head_limit_bytes": head_limit_bytes})
