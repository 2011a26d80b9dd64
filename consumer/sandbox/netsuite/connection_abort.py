"""Dropping a connection for real: uvicorn with a way for the application to cut the wire under a request."""

from __future__ import annotations

import socket
import struct

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION = "lago_netsuite.abort"
SHUTDOWN_LIMIT_S = 5
KEEPALIVE_S = 75
_NO_LINGER = struct.pack("ii", 1, 0)


class AbortableProtocol(HttpToolsProtocol):
    """Hands each request the means to end its connection without an answer."""

    def on_message_begin(self) -> None:
        """Add our extension to the request's scope as soon as there is one."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: {"abort": self._abort}}

    def _abort(self) -> None:
        # Without lingering the kernel sends a reset instead of an orderly end.
        raw = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()


def server(app: Starlette) -> uvicorn.Server:
    """Make a server that can drop connections; it is quiet and waits a few seconds for calls under way."""
    config = uvicorn.Config(
        app,
        http=AbortableProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        date_header=False,  # the emulated servers have a clock of their own
        log_config=None,
        timeout_graceful_shutdown=SHUTDOWN_LIMIT_S,
        timeout_keep_alive=KEEPALIVE_S,
    )
    return uvicorn.Server(config)


async def drop(request: Request) -> Response:
    """
    Cut the connection of a request; what is returned goes nowhere.

    Raises:
        RuntimeError: the request did not come through `server`.
    """
    extension = request.scope.get("extensions", {}).get(EXTENSION)
    if extension is None:
        raise RuntimeError("this server cannot drop a connection")
    extension["abort"]()
    # An application that returns before the loss is noticed would have an error page sent for it.
    while (await request.receive())["type"] != "http.disconnect":
        continue
    return Response()
