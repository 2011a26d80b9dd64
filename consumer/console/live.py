"""Server-sent events: pages learn that something has changed, and fetch themselves again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

SILENCE_LIMIT_S = 15.0
"""A comment is sent after so long, so that proxies keep the connection."""
PACE_S = 1.0
LARGEST_AUDIENCE = 200


class Changes:
    """A number that grows with every change of the tables."""

    def __init__(self) -> None:
        self._number = 0
        self._happened = asyncio.Event()
        self.audience = 0
        self._is_over = False

    @property
    def number(self) -> int:
        """How many changes there were; a page knows by it which it shows."""
        return self._number

    def end(self) -> None:
        """End all streams, when the process stops."""
        self._is_over = True
        self.happened()

    def happened(self) -> None:
        """Let every open page know that the tables have changed."""
        self._number += 1
        self._happened.set()
        self._happened = asyncio.Event()

    async def stream(self, seen: int) -> AsyncIterator[bytes]:
        """
        An event for each change, at most one in `PACE_S`, until the page is closed.

        Args:
            seen: the number of the change that the page shows; another process may have counted it.
        """
        self.audience += 1
        try:
            yield b"retry: 3000\n\n"
            while not self._is_over:
                happened = self._happened
                if seen == self._number:
                    try:
                        async with asyncio.timeout(SILENCE_LIMIT_S):
                            await happened.wait()
                    except TimeoutError:
                        yield b": nothing new\n\n"
                        continue
                seen = self._number
                if self._is_over:
                    return
                yield f"event: changed\ndata: {seen}\n\n".encode()
                await asyncio.sleep(PACE_S)
        finally:
            self.audience -= 1
