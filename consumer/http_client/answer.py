"""A response that takes its body in one step when it is there already, as nearly always."""

from __future__ import annotations

from abc import abstractmethod

import httpx


class Body(httpx.AsyncByteStream):
    """The body of a response as it is received."""

    @abstractmethod
    def at_hand(self) -> bytes | None:
        """
        All of it, which is then read; None when some of it is still to come.

        Raises:
            httpx.TransportError: it does not come whole.
        """


class Whole(httpx.AsyncByteStream):
    """The body of a response as it is meant, decompressed."""

    @abstractmethod
    async def whole(self) -> bytes:
        """
        All of it.

        Raises:
            httpx.RequestError: it does not come whole.
        """


class Answer(httpx.Response):
    """httpx's response; a `Whole` body is not passed through its chain of iterators and decoders."""

    async def aread(self) -> bytes:
        """The body, read at the first call."""
        stream = self.stream
        if isinstance(stream, Whole) and not self.is_closed:
            self._content = await stream.whole()
            await self.aclose()
        return await super().aread()
