"""A request as aiohttp sends it: with httpx's headers and no others, and a small one in one piece."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.connector import Connection

AT_ONCE_BYTES = 32 * 1024
"""Half of what a transport holds before it asks to wait: a smaller request is taken without waiting."""

DEFAULT_HEADERS = frozenset(("Accept", "Accept-Encoding", "Content-Type", "User-Agent"))
"""What aiohttp adds by itself."""


class Request(aiohttp.ClientRequest):
    """
    aiohttp's request without what it adds by itself, since httpx has decided on the headers already.

    Attributes:
        content: the body.
        write_limit_s: for a body that the transport does not take at once.
    """

    content = b""
    write_limit_s: float | None = None

    def update_auto_headers(self, _: object) -> None:
        """Nothing; `send` does it where aiohttp would add a header later."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """As aiohttp's, which takes a task and two timers for each body; a small one needs neither."""
        if "Content-Type" not in self.headers:
            super().update_auto_headers(DEFAULT_HEADERS)
        protocol = conn.protocol
        if not self.content or protocol is None:
            return await super().send(conn)
        if protocol.writing_paused or len(self.content) > AT_ONCE_BYTES:
            self.update_body_from_data(_Content(self.content, self.write_limit_s))
            return await super().send(conn)
        answer = await super().send(conn)  # the head, on which uvloop waits for what else is written now
        if protocol.transport is None:
            raise aiohttp.ClientConnectionResetError
        protocol.transport.write(self.content)
        return answer


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
