"""
Lookups of names; a name server that does not respond does not delay other lookups.

The system's lookup blocks a thread, cannot be cancelled, and takes half a minute or more when no name server
responds. An event loop has a few threads for lookups, and a few such hosts would occupy all of them.
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
    The addresses of a host by the system's lookup, each once; blocks the thread.

    Raises:
        OSError: the host has no address.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(place[0]).partition("%")[0]) for *_, place in found))


class NameLookup(Generic[Key, Found]):
    """
    One lookup for each key at a time, in its own thread; concurrent callers wait for the same result.

    A lookup counts until its thread has ended, also after its callers have timed out. Therefore a name server
    that does not respond occupies one thread for each host.
    """

    def __init__(
        self,
        blocking: Callable[[Key], Found],
        *,
        limit_s: float = LOOKUP_LIMIT_S,
        at_once: int = LOOKUPS,
    ) -> None:
        """
        Create the lookup; starts no thread.

        Args:
            blocking: does the lookup, and blocks the thread that it is called in.
            limit_s: timeout of each caller, in seconds.
            at_once: maximum number of concurrent lookups.
        """
        self._blocking = blocking
        self._limit_s = limit_s
        self._at_once = at_once
        self._flights: dict[Key, asyncio.Future[Found]] = {}

    async def of(self, key: Key) -> Found:
        """
        The present result for the key; results are not cached.

        Raises:
            OSError: there is no result, or no name server has responded within `limit_s`.
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
        # A daemon thread, since the process must not wait for a name server at its end; the loop's are
        # joined.
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
        except Exception as error:  # noqa: BLE001 - passed to all callers
            settle = partial(flight.set_exception, error)
        else:
            settle = partial(flight.set_result, found)
        # The loop may be closed by now; then there is no caller.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle)

    def _end(self, key: Key, flight: asyncio.Future[Found]) -> None:
        del self._flights[key]
        # Retrieved here; otherwise asyncio logs an exception for which no caller has waited.
        flight.exception()
