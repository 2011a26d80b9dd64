"""The HTTP server for monitoring: ``/metrics``, ``/healthz`` and ``/readyz``."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from consumer.config.settings import env_name
from consumer.errors import StartupError
from consumer.ops.health import Health, HealthReport
from consumer.ops.metrics import CONTENT_TYPE, Metrics

GRACEFUL_STOP_LIMIT_S = 2
KEEP_ALIVE_LIMIT_S = 5

log = structlog.get_logger(__name__)


def create_app(metrics: Metrics, health: Health) -> Starlette:
    """The application, without state of its own."""

    def exposition(_: Request) -> Response:
        return Response(metrics.exposition(), headers={"content-type": CONTENT_TYPE})

    def healthz(_: Request) -> Response:
        return _answer(health.liveness())

    def readyz(_: Request) -> Response:
        return _answer(health.readiness())

    return Starlette(
        routes=[Route("/metrics", exposition), Route("/healthz", healthz), Route("/readyz", readyz)],
    )


async def serve(app: ASGIApp, host: str, port: int, *, bound: Callable[[int], None] | None = None) -> None:
    """
    Serve until cancelled, then finish the requests in flight.

    Args:
        app: the application.
        host: the address to listen on.
        port: 0 selects a free one.
        bound: called with the port once it is bound.

    Raises:
        StartupError: the address cannot be listened on.
    """
    listener = listen(host, port)
    actual_port = listener.getsockname()[1]
    log.info("ops_listening", host=host, port=actual_port)
    if bound is not None:
        bound(actual_port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_keep_alive=KEEP_ALIVE_LIMIT_S,
        timeout_graceful_shutdown=GRACEFUL_STOP_LIMIT_S,
    )
    await serve_on(listener, config)


def config_without_extras(app: ASGIApp, **own: Any) -> uvicorn.Config:
    """
    The configuration of a server that others than us may reach, with settings of its own.

    It has no websockets and no lifespan, logs nothing itself, does not name its program, and reads no header
    about who asks.
    """
    return uvicorn.Config(
        app,
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        **own,
    )


async def serve_on(listener: socket.socket, config: uvicorn.Config) -> None:
    """Serve on a socket until cancelled, then finish the requests in flight and close it."""
    server = Server(config)
    try:
        await server.serve(sockets=[listener])
    finally:
        if server.started:
            await server.shutdown(sockets=[listener])
        listener.close()


class Server(uvicorn.Server):
    """Installs no signal handlers; `consumer.ops.signals` does."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int, *, settings: str = "ops") -> socket.socket:
    """
    A socket that listens on the address; port 0 selects a free one.

    Args:
        host: the address to listen on.
        port: and its port.
        settings: prefix of the settings for them, for the error message: ``ops``, ``ingest`` or ``console``.

    Raises:
        StartupError: the address cannot be listened on.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        names = f"{env_name(f'{settings}_host')} and {env_name(f'{settings}_port')}"
        raise StartupError(f"cannot listen on {host}:{port}: {reason_of(error)}; see {names}") from error


def reason_of(error: OSError) -> str:
    """Why an address cannot be listened on, without the address, which Python adds to some of the reasons."""
    if error.errno and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)


def _answer(report: HealthReport) -> Response:
    remarks = {"remarks": list(report.remarks)} if report.remarks else {}
    if report.is_good:
        return JSONResponse({"status": "ok"} | remarks)
    return JSONResponse({"status": "failing", "reasons": list(report.reasons)} | remarks, status_code=503)
