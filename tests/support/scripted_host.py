"""A host that does with each connection what a test says, and keeps what it has received."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

NO_LINGER = struct.pack("ii", 1, 0)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(slots=True)
class Visit:
    """
    One connection.

    Attributes:
        number: of the connection, from 1.
    """

    number: int
    host: ScriptedHost
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self) -> bytes:
        """Read one request whole; b"" when the connection ended before."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?im)^content-length: *(\d+)", head)
            request = head + await self.reader.readexactly(int(length[1]) if length else 0)
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""
        self.host.requests.append(request)
        return request

    async def send(self, content: bytes) -> None:
        self.writer.write(content)
        await self.writer.drain()

    def reset(self) -> None:
        """End it with RST."""
        place = self.writer.get_extra_info("socket")
        place.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.writer.transport.abort()


Script = Callable[[Visit], Awaitable[None]]


@dataclass(slots=True)
class ScriptedHost:
    """Where it listens, and what has come: whole requests, and the number of connections."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    async def visited(self, count: int) -> None:
        """Wait until so many connections have been made."""
        while len(self.visits) < count:
            self._came.clear()
            await self._came.wait()

    def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Visit:
        """Note a connection."""
        self.visits.append(Visit(len(self.visits) + 1, self, reader, writer))
        self._came.set()
        return self.visits[-1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def listening(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedHost]:
    """Play the script with each connection; what is still open at the end is ended."""
    host = ScriptedHost()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = host.welcome(reader, writer)
        with suppress(ConnectionError, asyncio.CancelledError):
            await script(visit)
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=tls)
    try:
        host.port = server.sockets[0].getsockname()[1]
        yield host
    finally:
        server.close()
        for visit in host.visits:
            visit.writer.transport.abort()


async def answering(visit: Visit) -> None:
    """Answers each request of a connection with 200."""
    while await visit.request():
        await visit.send(OK)
