"""
HTTP connections to one account, in several small pools.

One httpx pool of 65 connections added 1.5 s at the 99th percentile, because its cost grows with the square of
the number of connections (encode/httpx#3215); pools of about 13 do not have this problem.

httpx-aiohttp was measured instead of httpx's own transport: it takes 1.7 ms less CPU time per call (2.9
instead of 4.6, mapping included), but raises `ConnectTimeout` for every broken connection, as if no bytes had
been sent (version 0.2.0, ``transport.py``). This connector depends on that difference, so it uses httpx's own
transport.
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
    As many clients as the concurrency needs; the client that was returned last is taken first.

    Last in, first out keeps few connections in use, instead of all of them idle until they are disconnected.
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
        A client with a free connection, for the duration of the block.

        When all are in use, a client whose own queue waits for a connection.
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
        """Close all connections."""
        for client in self._clients:
            await client.aclose()
