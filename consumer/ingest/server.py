"""The web server: uvicorn on httptools, with a stop that resets no connection."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from collections.abc import Callable

import structlog
import uvicorn
from starlette.types import ASGIApp

from consumer.ingest.connections import CONNECTIONS, Connections
from consumer.ingest.protocol import IDLE_LIMIT_S, Limited
from consumer.ops import http

# Longer than Kafka may take to acknowledge records in flight, and than incomplete requests may take.
GRACEFUL_STOP_LIMIT_S = 15
BACKLOG = 2048
# File descriptors for other uses: Kafka, logs, `/metrics`.
OTHER_FILES = 256

log = structlog.get_logger(__name__)


async def serve(  # noqa: PLR0913 - each by its name
    app: ASGIApp,
    host: str,
    port: int,
    *,
    protocol: type[Limited],
    connections: Connections,
    stop: asyncio.Event,
    stop_delay_s: float,
    bound: Callable[[], None],
) -> None:
    """
    Serve until `stop` is set and `stop_delay_s` has passed, then finish the requests in flight.

    Args:
        app: the application.
        host: the address to listen on.
        port: 0 selects a free one.
        protocol: the protocol class of connections.
        connections: all open connections.
        stop: begins the stop when set.
        stop_delay_s: how long connections are accepted after that: a load balancer needs this time to see
            that the process is not ready.
        bound: called once connections are accepted.

    Raises:
        StartupError: the address cannot be listened on.
    """
    listener = http.listen(host, port, settings="ingest")
    log.info("ingest_listening", host=host, port=listener.getsockname()[1])
    server = _Server(_config(app, protocol), protocol, connections)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve(sockets=[listener]))
        sweeping = tasks.create_task(connections.keep_swept())
        bound()
        waiting = tasks.create_task(stop.wait())
        await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        connections.drain()
        await asyncio.wait([serving], timeout=stop_delay_s)
        server.should_exit = True
        await asyncio.wait([serving])
        sweeping.cancel()
    listener.close()


class _Server(http.Server):
    """Accepts, before it stops listening, the connections in the kernel's accept queue."""

    def __init__(self, config: uvicorn.Config, protocol: type[Limited], connections: Connections) -> None:
        super().__init__(config)
        self._made_of = protocol
        self._connections = connections

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, then finish the requests in flight; uvicorn calls this once."""
        for each in sockets or []:
            await self._take_over(each)
        self._connections.stop()
        await super().shutdown(sockets)

    async def _take_over(self, listener: socket.socket) -> None:
        # Closing the listener resets connections in its accept queue, which clients consider open.
        queue = listener.dup()
        for each in self.servers:
            each.close()
        with contextlib.closing(queue):
            queue.setblocking(False)
            while True:
                try:
                    accepted, _ = queue.accept()
                except OSError:
                    return
                accepted.setblocking(False)
                await asyncio.get_running_loop().connect_accepted_socket(self._protocol, accepted)

    def _protocol(self) -> asyncio.Protocol:
        return self._made_of(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )


def connection_limit() -> int:
    """The limit of open connections: `CONNECTIONS`, or less with fewer file descriptors, which it raises."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return CONNECTIONS
    return max(1, min(CONNECTIONS, soft - OTHER_FILES))


def _config(app: ASGIApp, protocol: type[Limited]) -> uvicorn.Config:
    # It warns of no request that is not HTTP; `AnswerLog` logs each kind of refusal once a minute.
    return http.config_without_extras(
        app,
        http=protocol,
        backlog=BACKLOG,
        timeout_keep_alive=int(IDLE_LIMIT_S),
        timeout_graceful_shutdown=GRACEFUL_STOP_LIMIT_S,
    )
