"""
The addresses of a host, looked up so that a dead name server keeps nobody else waiting.

The system's own lookup blocks a thread, cannot be cancelled, and takes half a minute or more when no name
server answers. The event loop keeps a handful of threads for that, which a few such hosts use up.
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
"""The same, and blocks the thread that it is called in."""

Flight = asyncio.Future[Sequence[Address]]


def system_lookup(host: str) -> Sequence[Address]:
    """
    The system's answer, each address once.

    Raises:
        OSError: there is none.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(place[0]).partition("%")[0]) for *_, place in found))


class NameLookup:
    """
    One lookup a host at a time, in a thread of its own; whoever asks meanwhile waits for the same answer.

    A lookup counts until its thread has ended, also when nobody waits for it any more: so a dead name server
    costs one thread a host and no more.
    """

    def __init__(
        self, blocking: Blocking = system_lookup, *, limit_s: float = LOOKUP_LIMIT_S, at_once: int = LOOKUPS
    ) -> None:
        """
        Prepare; no thread is started yet.

        Args:
            blocking: does the lookup.
            limit_s: how long each who asks waits.
            at_once: how many lookups run side by side.
        """
        self._blocking = blocking
        self._limit_s = limit_s
        self._at_once = at_once
        self._flights: dict[str, Flight] = {}

    async def addresses(self, host: str) -> Sequence[Address]:
        """
        The addresses of a host, as they are now: no answer is kept.

        Raises:
            OSError: the host has none, or no name server has said so in time.
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
        # A daemon, since the end of the process must wait for no name server; the loop's threads are joined.
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
        # The loop may have been closed meanwhile: then nobody waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle)

    def _end(self, host: str, flight: Flight) -> None:
        del self._flights[host]
        # Looked at here, or asyncio complains when nobody has waited for it to the end.
        flight.exception()
