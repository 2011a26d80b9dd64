"""
DNS lookups that do not block those of other hosts when a name server does not respond.

The system's lookup blocks a thread, cannot be cancelled, and takes half a minute or more without a response.
The event loop has few threads for lookups, which a few such hosts would occupy.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from ipaddress import ip_address

from consumer.relay.address import Address

LOOKUP_LIMIT_S = 5.0
LOOKUPS = 64

Resolve = Callable[[str], Awaitable[Sequence[Address]]]
"""The addresses of a host; raises OSError when it has none."""

Blocking = Callable[[str], Sequence[Address]]
"""The same as a blocking function."""

Flight = asyncio.Future[Sequence[Address]]


def system_lookup(host: str) -> Sequence[Address]:
    """
    The addresses of the system's lookup, each once.

    Raises:
        OSError: the host has none.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(place[0]).partition("%")[0]) for *_, place in found))


class NameLookup:
    """
    One lookup per host at a time, each in a thread of its own; concurrent callers share its result.

    A lookup counts until its thread ends, also when no caller waits for it any more: so a name server without
    response costs one thread per host at most.
    """

    def __init__(
        self, blocking: Blocking = system_lookup, *, limit_s: float = LOOKUP_LIMIT_S, at_once: int = LOOKUPS
    ) -> None:
        """
        Prepare; no thread is started yet.

        Args:
            blocking: does the lookup.
            limit_s: how long a caller waits.
            at_once: the most concurrent lookups.
        """
        self._blocking = blocking
        self._limit_s = limit_s
        self._at_once = at_once
        self._flights: dict[str, Flight] = {}

    async def addresses(self, host: str) -> Sequence[Address]:
        """
        The present addresses of a host, without a cache.

        Raises:
            OSError: the host has none, or the lookup takes longer than the limit.
        """
        try:
            async with asyncio.timeout(self._limit_s):
                return await asyncio.shield(await self._flight(host))
        except TimeoutError:
            raise OSError(f"the name {host} is not resolved within {self._limit_s:g} s") from None

    async def _flight(self, host: str) -> Flight:
        while host not in self._flights and len(self._flights) >= self._at_once:
            await asyncio.wait(self._flights.values(), return_when=asyncio.FIRST_COMPLETED)
        return self._flights.get(host) or self._begin(host)

    def _begin(self, host: str) -> Flight:
        loop = asyncio.get_running_loop()
        flight: Flight = loop.create_future()
        # A daemon thread, so that the end of the process does not wait for it; the loop joins its own
        # threads.
        thread = threading.Thread(
            target=self._look_up, args=(host, loop, flight), name=f"lookup-{host}", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:
            raise OSError(f"the name {host} is not looked up: {error}") from error
        self._flights[host] = flight
        flight.add_done_callback(partial(self._end, host))
        return flight

    def _look_up(self, host: str, loop: asyncio.AbstractEventLoop, flight: Flight) -> None:
        try:
            found = self._blocking(host)
        except Exception as error:  # noqa: BLE001 - carried to whoever waits
            settle = partial(flight.set_exception, error)
        else:
            settle = partial(flight.set_result, found)
        # The loop may be closed by now: then no caller waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle)

    def _end(self, host: str, flight: Flight) -> None:
        del self._flights[host]
        # Retrieved here, since asyncio warns of an exception that no caller has retrieved.
        flight.exception()
