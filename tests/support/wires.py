"""Our transport over aiohttp and httpx's own, made alike, so that tests put them side by side."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

from consumer.http_client.aiohttp_transport import AiohttpTransport

LIMIT_S = 20
CONNECTIONS = 2
LIMITS = httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=30)
PATIENT = httpx.Timeout(LIMIT_S)
HURRIED = httpx.Timeout(LIMIT_S, connect=0.2)
TRUSTING = httpx.create_ssl_context(verify=False)


def over_aiohttp(
    verify: ssl.SSLContext = TRUSTING, proxy: str | None = None, limits: httpx.Limits = LIMITS
) -> httpx.AsyncBaseTransport:
    return AiohttpTransport(limits=limits, verify=verify, proxy=proxy)


def over_httpcore(
    verify: ssl.SSLContext = TRUSTING, proxy: str | None = None, limits: httpx.Limits = LIMITS
) -> httpx.AsyncBaseTransport:
    return httpx.AsyncHTTPTransport(limits=limits, verify=verify, proxy=proxy, trust_env=False)


WIRES: dict[str, Callable[..., httpx.AsyncBaseTransport]] = {"aiohttp": over_aiohttp, "httpx": over_httpcore}


@asynccontextmanager
async def calling(
    transport: httpx.AsyncBaseTransport, limits_s: httpx.Timeout = PATIENT
) -> AsyncIterator[httpx.AsyncClient]:
    """A client that ends with the test."""
    async with asyncio.timeout(LIMIT_S), httpx.AsyncClient(transport=transport, timeout=limits_s) as client:
        yield client
