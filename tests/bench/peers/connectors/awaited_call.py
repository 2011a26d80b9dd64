"""A call for connectors on asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import aiohttp
import restlet_call


class AwaitedCall:
    """Calls with at most so many at once as the account allows."""

    def __init__(self) -> None:
        self._permits = asyncio.Semaphore(restlet_call.CAP)
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=restlet_call.CAP),
            timeout=aiohttp.ClientTimeout(total=restlet_call.CALL_LIMIT_S),
        )

    async def write(self, event: bytes) -> None:
        """Send an event until it is taken."""
        body = restlet_call.body_of(event)
        while True:
            async with (
                self._permits,
                self._http.post(restlet_call.URL, data=body, headers=restlet_call.HEADERS) as said,
            ):
                if restlet_call.is_taken(said.status, await said.read()):
                    return
            await asyncio.sleep(restlet_call.AGAIN_AFTER_S)

    async def write_lane(self, events: Iterable[bytes]) -> None:
        """Send the events of a lane one after the other."""
        for event in events:
            await self.write(event)
