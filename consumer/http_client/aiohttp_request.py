"""A request that aiohttp sends itself: a large one, or one through a proxy."""

from __future__ import annotations

import asyncio

import aiohttp
import httpx
from aiohttp.abc import AbstractStreamWriter
from yarl import URL

DEFAULT_HEADERS = frozenset(("Accept", "Accept-Encoding", "Content-Type", "User-Agent"))
"""What aiohttp adds by itself; httpx has decided on the headers already."""


def of(
    request: httpx.Request, url: URL, *, proxy: URL | None, write_limit_s: float | None
) -> aiohttp.ClientRequest:
    """
    The request for aiohttp, with httpx's headers and no others.

    Raises:
        httpx.RequestNotRead: the content is a stream.
        ValueError: a header has characters that HTTP cannot carry.
    """
    body = request.content
    return aiohttp.ClientRequest(
        request.method,
        url,
        headers=[(name.decode(), value.decode()) for name, value in request.headers.raw],
        skip_auto_headers=DEFAULT_HEADERS,
        data=_Content(body, write_limit_s) if body else None,
        loop=asyncio.get_running_loop(),
        server_hostname=request.extensions.get("sni_hostname"),
        proxy=proxy,
    )


class _Content(aiohttp.Payload):
    """The body of a request; a write that the peer does not take in raises TimeoutError."""

    def __init__(self, body: bytes, limit_s: float | None) -> None:
        super().__init__(body)
        self._size = len(body)
        self._limit_s = limit_s

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Unused; aiohttp's for logs."""
        return bytes(self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write all of it, and wait until the transport has taken it."""
        async with asyncio.timeout(self._limit_s):
            await writer.write(self._value)
            await writer.drain()
