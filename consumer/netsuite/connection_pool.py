"""
HTTP connections to one account, in several small pools.

One httpx pool of 65 connections added 1.5 s at the 99th percentile, because its bookkeeping grows with the
square of what it holds (encode/httpx#3215); pools of about 13 do not show it.

httpx-aiohttp was tried instead of httpx's own transport: it takes 1.7 ms less of CPU for each call (2.9
instead of 4.6, mapping included), and calls every connection that breaks `ConnectTimeout`, as if nothing
had been sent. That is the one thing which this connector must never get wrong, so httpx's own it is
(version 0.2.0, ``transport.py``).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

CONNECTIONS_PER_CLIENT = 13


class Pool:
    """
    As many clients as the concurrency needs; the connection that came back last is taken first.

    Last in, first out keeps few connections warm instead of letting all of them idle into a disconnect.
    """

    def __init__(self, connections: int, build: Callable[[int], httpx.AsyncClient]) -> None:
        count = math.ceil(connections / CONNECTIONS_PER_CLIENT)
        each = math.ceil(connections / count)
        self._clients = tuple(build(each) for _ in range(count))
        self._free = [client for client in reversed(self._clients) for _ in range(each)]
        self._overflow = itertools.cycle(self._clients)

    @contextmanager
    def client(self) -> Iterator[httpx.AsyncClient]:
        """
        Lend a client with a connection to spare.

        When more is asked of the pool than it was built for, a client is lent whose own queue then waits.
        """
        if not self._free:
            yield next(self._overflow)
            return
        client = self._free.pop()
        try:
            yield client
        finally:
            self._free.append(client)

    async def aclose(self) -> None:
        """Close every connection."""
        for client in self._clients:
            await client.aclose()
