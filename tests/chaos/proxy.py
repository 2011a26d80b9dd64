"""A TCP proxy between a worker and its peers that blocks, delays and resets connections."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from consumer.sandbox.broker import HOST

CHUNK_BYTES = 64 * 1024
START_LIMIT_S = 10.0
NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Proxy:
    """
    Passes on what comes in at `port` to `target_port`, and back.

    It has a loop and a thread of its own, so that a test that waits for a process does not stop the network.

    Attributes:
        delay_s: how long every piece takes longer, each way.
        accepted: how many connections there have been.
    """

    port: int
    target_port: int
    delay_s: float = 0.0
    accepted: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _is_whole: asyncio.Event = field(default_factory=asyncio.Event)
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """Forward nothing from now on, without closing connections, as with an unplugged cable."""
        self._call(self._is_whole.clear)

    def fix(self) -> None:
        """Forward again, also the data sent meanwhile."""
        self._call(self._is_whole.set)

    def reset(self) -> None:
        """Reset all connections (RST); new ones are forwarded."""
        self._call(self._abort_all)

    def _call(self, what: Callable[[], None]) -> None:
        """Return when it is done: what the test does next finds the network so."""
        is_done = threading.Event()

        def act() -> None:
            what()
            is_done.set()

        self._loop.call_soon_threadsafe(act)
        assert is_done.wait(START_LIMIT_S)

    def _abort_all(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            end.transport.abort()

    def _run(self, is_ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._is_whole.set()
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, HOST, self.port))
        is_ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        self._abort_all()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Transports close their sockets in a turn of their own.
        await asyncio.sleep(0.01)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._ends.add(writer)
        await self._is_whole.wait()
        try:
            there, back = await asyncio.open_connection(HOST, self.target_port)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, back}
        self._ends |= ends
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer), return_exceptions=True)
        self._ends -= ends
        for end in ends:
            end.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(CHUNK_BYTES):
                await self._is_whole.wait()
                await asyncio.sleep(self.delay_s)
                sink.write(data)
                await sink.drain()
        finally:
            # Whichever side has gone takes the other with it.
            sink.close()


@contextmanager
def proxied(target_port: int, *, port: int) -> Iterator[Proxy]:
    """A proxy that forwards until a test changes that."""
    proxy = Proxy(port=port, target_port=target_port)
    is_ready = threading.Event()
    thread = threading.Thread(target=proxy._run, args=(is_ready,), daemon=True)
    thread.start()
    assert is_ready.wait(START_LIMIT_S), "the proxy does not listen"
    try:
        yield proxy
    finally:
        proxy._loop.call_soon_threadsafe(proxy._loop.stop)
        thread.join(START_LIMIT_S)
