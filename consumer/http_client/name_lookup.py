"""
Lookups of names, made so that a dead name server keeps nobody else waiting.

The system's own lookup blocks a thread, cannot be cancelled, and takes half a minute or more when no name
server answers. An event loop keeps a handful of threads for that, which a few such hosts use up.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Generic, TypeVar

LOOKUP_LIMIT_S = 5.0
LOOKUPS = 64

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


def addresses_of(host: str) -> list[IPv4Address | IPv6Address]:
    """
    The system's answer, each address once; blocks.

    Raises:
        OSError: there is none.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(place[0]).partition("%")[0]) for *_, place in found))


class NameLookup(Generic[Key, Found]):
    """
    One lookup a key at a time, in a thread of its own; whoever asks meanwhile waits for the same answer.

    A lookup counts until its thread has ended, also when nobody waits for it any more: so a dead name server
    costs one thread a host and no more.
    """

    def __init__(
        self,
        blocking: Callable[[Key], Found],
        *,
        limit_s: float = LOOKUP_LIMIT_S,
        at_once: int = LOOKUPS,
    ) -> None:
        """
        Prepare; no thread is started yet.

        Args:
            blocking: does the lookup, and blocks the thread that it is called in.
            limit_s: how long each who asks waits.
            at_once: how many lookups run side by side.
        """
        self._blocking = blocking
        self._limit_s = limit_s
        self._at_once = at_once
        self._flights: dict[Key, asyncio.Future[Found]] = {}

    async def of(self, key: Key) -> Found:
        """
        The answer as it is now: none is kept.

        Raises:
            OSError: there is none, or no name server has answered in time.
        """
        try:
            async with asyncio.timeout(self._limit_s):
                return await asyncio.shield(await self._flight(key))
        except TimeoutError:
            text = f"no name server has answered within {self._limit_s:g} s"
            raise socket.gaierror(socket.EAI_AGAIN, text) from None

    async def _flight(self, key: Key) -> asyncio.Future[Found]:
        while key not in self._flights and len(self._flights) >= self._at_once:
            await asyncio.wait(self._flights.values(), return_when=asyncio.FIRST_COMPLETED)
        return self._flights.get(key) or self._begin(key)

    def _begin(self, key: Key) -> asyncio.Future[Found]:
        loop = asyncio.get_running_loop()
        flight: asyncio.Future[Found] = loop.create_future()
        # A daemon, since the end of the process must wait for no name server; the loop's threads are joined.
        thread = threading.Thread(
            target=self._look_up, args=(key, loop, flight), name=f"lookup-{key}", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:
            raise OSError(f"no name is looked up: {error}") from error
        self._flights[key] = flight
        flight.add_done_callback(partial(self._end, key))
        return flight

    def _look_up(self, key: Key, loop: asyncio.AbstractEventLoop, flight: asyncio.Future[Found]) -> None:
        try:
            found = self._blocking(key)
        except Exception as error:  # noqa: BLE001 - carried to whoever waits
            settle = partial(flight.set_exception, error)
        else:
            settle = partial(flight.set_result, found)
        # The loop may have been closed meanwhile: then nobody waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle)

    def _end(self, key: Key, flight: asyncio.Future[Found]) -> None:
        del self._flights[key]
        # Looked at here, or asyncio complains when nobody has waited for it to the end.
        flight.exception()
