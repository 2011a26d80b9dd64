"""
Limits of size and time for the body of a response.

httpx reads a body to its end and decompresses it in one piece, so an endless body, or a few kilobytes of
gzip, can fill the memory of the process. Here the bytes received and the bytes decompressed are counted
as they arrive.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpx

from consumer.http_client.answer import Body, Whole

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
ENCODINGS = frozenset(("gzip", "x-gzip", "deflate"))
# A body of many small chunks must not block the other tasks.
PIECES_AT_A_TIME = 64
LONGEST_LENGTH_DIGITS = 15
QUOTED_CHARS = 40

Unfold = Callable[[bytes, int], bytes]


class AnswerUnreadable(httpx.DecodingError):
    """A body that is too large, too slow or cannot be decompressed; the message is a sentence."""

    def __init__(self, sentence: str, answer: httpx.Response) -> None:
        super().__init__(sentence, request=answer.request)
        self.answer = answer

    @property
    def status(self) -> int:
        """The HTTP status, which was received before the body."""
        return self.answer.status_code


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLimit:
    """
    The limits of one client.

    Attributes:
        whose: the host's name for the message: ``NetSuite``.
        max_bytes: of the body, as received and as decompressed.
        max_body_s: from the last header to the last byte, in seconds.
    """

    whose: str
    max_bytes: int
    max_body_s: float

    async def enforce(self, answer: httpx.Response) -> None:
        """
        Limit the body of a response that has not been read yet; a response hook of httpx.

        Raises:
            AnswerUnreadable: its headers show that it cannot be read.
        """
        announced = answer.headers.get("content-length", "")
        if announced.isdecimal() and (
            len(announced) > LONGEST_LENGTH_DIGITS or int(announced) > self.max_bytes
        ):
            raise self.too_large(answer)
        unfold = _unfolding(self, answer)
        if isinstance(answer.stream, httpx.AsyncByteStream):
            if unfold is not None:
                del answer.headers["content-encoding"]
            answer.stream = _Bounded(answer, answer.stream, self, unfold)

    def too_large(self, answer: httpx.Response) -> AnswerUnreadable:
        """The error of a body beyond `max_bytes`."""
        return AnswerUnreadable(
            f"the answer of {self.whose} is larger than {_size(self.max_bytes)} and was not read", answer
        )


class _Bounded(Whole):
    """The body in one piece, decompressed."""

    def __init__(
        self, answer: httpx.Response, stream: httpx.AsyncByteStream, limit: AnswerLimit, unfold: Unfold | None
    ) -> None:
        self._answer = answer
        self._stream = stream
        self._limit = limit
        self._unfold = unfold

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield await self.whole()

    async def whole(self) -> bytes:
        stream, limit = self._stream, self._limit
        try:
            if isinstance(stream, Body) and (piece := stream.at_hand()) is not None:
                return self._unfolded(piece, len(piece), 0)
            async with asyncio.timeout(limit.max_body_s):
                return await self._read()
        except TimeoutError as error:
            sentence = f"the answer of {limit.whose} was not complete {limit.max_body_s:g} s after it began"
            raise AnswerUnreadable(sentence, self._answer) from error
        except zlib.error as error:
            sentence = f"the answer of {limit.whose} is not compressed as it says"
            raise AnswerUnreadable(sentence, self._answer) from error

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def _read(self) -> bytes:
        body, came_in, pieces = bytearray(), 0, 0
        async for piece in self._stream:
            came_in += len(piece)
            body += self._unfolded(piece, came_in, len(body))
            pieces += 1
            if pieces % PIECES_AT_A_TIME == 0:
                await asyncio.sleep(0)
        return bytes(body)

    def _unfolded(self, piece: bytes, came_in: int, so_far: int) -> bytes:
        """The piece decompressed; `came_in` bytes were received with it, which gave `so_far` before."""
        limit = self._limit.max_bytes
        unfolded = piece if self._unfold is None else self._unfold(piece, limit - so_far + 1)
        if came_in > limit or so_far + len(unfolded) > limit:
            raise self._limit.too_large(self._answer)
        return unfolded


def _unfolding(limit: AnswerLimit, answer: httpx.Response) -> Unfold | None:
    """What decompresses the body; None where it is not compressed."""
    named = answer.headers.get_list("content-encoding", split_commas=True)
    encodings = [each for name in named if (each := name.strip().lower()) not in {"", "identity"}]
    if not encodings:
        return None
    if len(encodings) == 1 and encodings[0] in ENCODINGS:
        return zlib.decompressobj(GZIP_OR_ZLIB).decompress
    asked = ", ".join(encodings)[:QUOTED_CHARS]
    raise AnswerUnreadable(
        f"the answer of {limit.whose} is encoded as {asked!r}, which was not asked for", answer
    )


def _size(count: int) -> str:
    return f"{count // MEBIBYTE} MiB" if count >= MEBIBYTE else f"{count // KIBIBYTE} KiB"
