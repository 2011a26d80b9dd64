"""
A request written in one piece to a connection of aiohttp's, and its response.

aiohttp itself takes a task, two timers and three objects for each request; a body that the transport takes at
once needs none of them. A larger one is sent by aiohttp's own `aiohttp.ClientRequest`.
"""

from __future__ import annotations

from typing import Protocol

import aiohttp
import httpx
from aiohttp.connector import Connection

AT_ONCE_BYTES = 32 * 1024
"""Half of what a transport holds before it asks to wait: a smaller request is taken without waiting."""

RawHeaders = tuple[tuple[bytes, bytes], ...]


class Received(Protocol):
    """The part of `aiohttp.ClientResponse` that is used."""

    @property
    def status(self) -> int:
        """Of the status line."""
        ...

    @property
    def reason(self) -> str | None:
        """Of the status line."""
        ...

    @property
    def raw_headers(self) -> RawHeaders:
        """As they were received."""
        ...

    @property
    def content(self) -> aiohttp.StreamReader:
        """The body."""
        ...

    def close(self) -> None:
        """End the connection, unless the response was received to its end."""
        ...


class Exchange:
    """The response to a request that `write` has sent; a `Received`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.status = 0
        self.reason: str | None = None
        self.raw_headers: RawHeaders = ()
        self.content: aiohttp.StreamReader

    def write(self, piece: bytes) -> None:
        """
        Send the request; the time limit of its response begins.

        Raises:
            aiohttp.ClientConnectionResetError: the connection is closed.
        """
        protocol = self._connection.protocol
        if protocol is None or protocol.transport is None or protocol.transport.is_closing():
            raise aiohttp.ClientConnectionResetError
        protocol.transport.write(piece)
        protocol.start_timeout()

    async def read(self) -> Exchange:
        """
        Receive the response before its body; interim ones are left out (RFC 9110 section 15.2).

        Raises:
            aiohttp.ClientError: the connection broke, or nothing came in time.
            aiohttp.http.HttpProcessingError: what came is not HTTP.
        """
        protocol = self._connection.protocol
        if protocol is None:
            raise aiohttp.ServerDisconnectedError
        message, self.content = await protocol.read()
        while 100 <= message.code < 200 and message.code != httpx.codes.SWITCHING_PROTOCOLS:
            message, self.content = await protocol.read()
        self.status, self.reason, self.raw_headers = message.code, message.reason, message.raw_headers
        self.content.on_eof(self._connection.release)
        return self

    def close(self) -> None:
        """End the connection, unless the response was received to its end."""
        self._connection.close()


def in_one_piece(request: httpx.Request) -> bytes | None:
    """
    The bytes of a request that is small; None for another, and for one without ``Host``.

    Raises:
        ValueError: a header has characters that HTTP cannot carry.
    """
    content, headers = request.content, request.headers.raw
    if headers and headers[0][0] != b"Host":
        headers.sort(key=_is_behind_host)
    if len(content) > AT_ONCE_BYTES or not headers or _is_behind_host(headers[0]):
        return None
    lines = [b"%b: %b\r\n" % each for each in headers]
    first = b"%b %b HTTP/1.1\r\n" % (request.method.encode("ascii"), request.url.raw_path)
    head = b"".join((first, *lines, b"\r\n"))
    if head.count(b"\n") != len(lines) + 2 or head.count(b"\r") != len(lines) + 2 or b"\0" in head:
        raise ValueError("a line break or zero in a header")
    return head + content


def _is_behind_host(header: tuple[bytes, bytes]) -> bool:
    """Where a header belongs: `Host` comes first (RFC 9110 section 7.2)."""
    return header[0].lower() != b"host"
