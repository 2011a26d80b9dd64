"""Connection resets: uvicorn with an ASGI extension by which the application aborts a connection."""

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
    """Gives each request the extension that aborts its connection without a response."""

    def on_message_begin(self) -> None:
        """Add the extension to the request's scope."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: {"abort": self._abort}}

    def _abort(self) -> None:
        # With SO_LINGER of zero seconds the kernel sends RST instead of FIN.
        raw = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()


def server(app: Starlette) -> uvicorn.Server:
    """Make a server that can abort connections, logs nothing, and stops within `SHUTDOWN_LIMIT_S`."""
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
    Abort the connection of a request; the returned response is not sent.

    Raises:
        RuntimeError: the request did not come through `server`.
    """
    extension = request.scope.get("extensions", {}).get(EXTENSION)
    if extension is None:
        raise RuntimeError("this server cannot drop a connection")
    extension["abort"]()
    # If the application returned before uvicorn notices the disconnect, uvicorn would send an error page.
    while (await request.receive())["type"] != "http.disconnect":
        continue
    return Response()
