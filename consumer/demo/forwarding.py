"""
Connections of other machines, handed to a port of this machine.

The console without a login listens on this machine only. In a container that is the container itself, so that
a published port leads nowhere; this stands beside it, in its network, where all that reaches it is trusted.
"""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from consumer.errors import StartupError
from consumer.ops import signals

HERE = "127.0.0.1"
CONNECT_LIMIT_S = 5.0
IDLE_LIMIT_S = 600.0
"""The console's live pages send something more often."""
CHUNK_BYTES = 65_536


def main(port: int, to: int) -> None:
    """Call `serving` until SIGTERM or SIGINT."""

    async def until_stopped() -> None:
        stop = asyncio.Event()
        with signals.interruptible(stop):
            async with serving(port, to):
                await stop.wait()

    asyncio.run(until_stopped())


@asynccontextmanager
async def serving(port: int, to: int) -> AsyncIterator[None]:
    """
    Forward within the block.

    Args:
        port: where others connect, on every address.
        to: the port of this machine that they reach.

    Raises:
        StartupError: the port cannot be listened on.
    """

    async def forward(reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(CONNECT_LIMIT_S):
                inner_reader, inner_writer = await asyncio.open_connection(HERE, to)
            await _both_ways((reader, inner_writer), (inner_reader, writer))
        writer.close()

    try:
        server = await asyncio.start_server(forward, "0.0.0.0", port)  # noqa: S104 - that is its purpose
    except OSError as error:
        raise StartupError(f"port {port} cannot be listened on: {error.strerror}") from error
    async with server:
        yield


async def _both_ways(*ways: tuple[StreamReader, StreamWriter]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for reader, writer in ways:
            tasks.create_task(_one_way(reader, writer))
    for _, writer in ways:
        writer.close()


async def _one_way(reader: StreamReader, writer: StreamWriter) -> None:
    """An end is handed on; a failure closes the connection, whose other direction ends by that."""
    with suppress(OSError, TimeoutError):
        await _copied(reader, writer)
        return
    writer.close()


async def _copied(reader: StreamReader, writer: StreamWriter) -> None:
    async with asyncio.timeout(IDLE_LIMIT_S) as limit:
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
            limit.reschedule(asyncio.get_running_loop().time() + IDLE_LIMIT_S)
        writer.write_eof()
