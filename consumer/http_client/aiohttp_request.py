"""A request as aiohttp sends it: with httpx's headers and no others, and a small one in one piece."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.connector import Connection
from aiohttp.http import StreamWriter
from multidict import CIMultiDict

AT_ONCE_BYTES = 32 * 1024
"""Half of what a transport holds before it asks to wait: a smaller request is taken without waiting."""


class Request(aiohttp.ClientRequest):
    """
    aiohttp's request without what it adds by itself, since httpx has decided on the headers already.

    Attributes:
        content: the body.
        write_limit_s: for a body that the transport does not take at once.
    """

    content = b""
    write_limit_s: float | None = None
    _skip_auto_headers = CIMultiDict[None]({"Content-Type": None})

    def update_auto_headers(self, _: object) -> None:
        """Nothing."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """As aiohttp's, which takes a task and two timers for each body; a small one needs neither."""
        protocol = conn.protocol
        if protocol is None or protocol.writing_paused or self.proxy or len(self.content) > AT_ONCE_BYTES:
            if self.content:
                self.update_body_from_data(_Content(self.content, self.write_limit_s))
            return await super().send(conn)
        writer = StreamWriter(protocol, self.loop)
        await writer.write_headers(f"{self.method} {self.url.raw_path_qs} HTTP/1.1", self.headers)
        await writer.write(self.content, drain=False)
        protocol.start_timeout()
        return self.response_class(
            self.method,
            self.original_url,
            writer=None,
            continue100=None,
            timer=self._timer,
            request_info=self.request_info,
            traces=[],
            loop=self.loop,
            session=self.session,
            stream_writer=writer,
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
