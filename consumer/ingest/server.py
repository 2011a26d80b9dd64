"""The web server: uvicorn on httptools, with limits that fit signatures as large as bodies."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from http import HTTPStatus

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from consumer.ingest.answer import Answer
from consumer.ingest.http import TOO_BUSY, Observer
from consumer.ingest.room import Room
from consumer.ops import http

HEAD_LIMIT_S = 20.0
KEEP_ALIVE_LIMIT_S = 30
# Longer than Kafka may take to acknowledge what is under way.
GRACEFUL_STOP_LIMIT_S = 10
# A JWT in a header carries the body again, as a JSON string in base64: at most this much for a byte.
HEAD_BYTES_FOR_BODY_BYTE = 3
HEAD_BYTES_FOR_ALL_ELSE = 64 * 1024
BACKLOG = 2048

TOO_LARGE = Answer(name="headers_too_large", sentence="the headers are larger than any webhook's")

log = structlog.get_logger(__name__)


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    protocol: type[Limited],
    stop: asyncio.Event,
    bound: Callable[[], None],
) -> None:
    """
    Answer until told to stop, then finish the requests under way.

    Args:
        app: what answers.
        host: the address to listen on.
        port: 0 takes a free one.
        protocol: of each connection.
        stop: ends it when set.
        bound: is called once connections are accepted.

    Raises:
        StartupError: the address cannot be listened on.
    """
    listener = http.listen(host, port, settings="ingest")
    log.info("ingest_listening", host=host, port=listener.getsockname()[1])
    server = http.Server(_config(app, protocol))
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve(sockets=[listener]))
        bound()
        waiting = tasks.create_task(stop.wait())
        await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        waiting.cancel()
    listener.close()


def _config(app: ASGIApp, protocol: type[Limited]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=protocol,
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

    head_limit_bytes: int
    room: Room
    observer: Observer

    _is_in_head = True
    _head_bytes = 0
    _taken_bytes = 0
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
        self._give_back()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless this is no head of a webhook any more, or one too many."""
        answer = self._objection(len(data)) if self._is_in_head else None
        if answer is None:
            super().data_received(data)
            return
        self.observer.ingest_answered(answer=answer.name, seconds=0.0)
        self.transport.write(_raw(answer))
        self.transport.close()

    def on_message_begin(self) -> None:
        """Wait for the rest of the head, but not for ever."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """The rest is a body, which the application reads."""
        self._is_in_head, self._head_bytes = False, 0
        self._disarm()
        self._give_back()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What follows is another head."""
        super().on_message_complete()
        self._is_in_head, self._head_bytes = True, 0

    def _objection(self, size_bytes: int) -> Answer | None:
        """Why so much more of a head is not read. An ordinary one is too small to be counted."""
        if self._head_bytes > self.head_limit_bytes:
            return TOO_LARGE
        self._head_bytes += size_bytes
        if self._head_bytes <= HEAD_BYTES_FOR_ALL_ELSE:
            return None
        if not self.room.take(size_bytes, requests=0):
            return TOO_BUSY
        self._taken_bytes += size_bytes
        return None

    def _give_back(self) -> None:
        # The application counts the headers from here on.
        self.room.give(self._taken_bytes, requests=0)
        self._taken_bytes = 0

    def _await_head(self) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(HEAD_LIMIT_S, self.transport.close)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()


def protocol(*, body_limit_bytes: int, room: Room, observer: Observer) -> type[Limited]:
    """
    The class of connections.

    Args:
        body_limit_bytes: of one request; its headers may be a few times that.
        room: for all that is under way.
        observer: is told what is refused before the application sees it.
    """
    head_limit_bytes = HEAD_BYTES_FOR_BODY_BYTE * body_limit_bytes + HEAD_BYTES_FOR_ALL_ELSE
    return type(
        "LimitedTo",
        (Limited,),
        {"head_limit_bytes": head_limit_bytes, "room": room, "observer": observer},
    )


def _raw(answer: Answer) -> bytes:
    """The answer as it goes over the wire, after which the connection ends."""
    headers = {"content-type": "application/json", "connection": "close"} | answer.headers
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    return "\r\n".join([*lines, "", json.dumps(answer.body)]).encode()
