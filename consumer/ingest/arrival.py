"""One request from its first byte to its answer: what it holds, how fast it comes, when it is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum, auto

from consumer.ingest.inflight_limit import InflightLimit
from consumer.ingest.response import Answer

KIBIBYTE = 1024
# Lago sends what it has in memory and waits 30 s for the answer, so these are generous to it.
GRACE_S = 5.0
LEAST_BYTES_PER_S = 16 * KIBIBYTE
LONGEST_S = 20.0

TOO_SLOW = Answer(
    name="too_slow",
    sentence=f"the request came too slowly: {LEAST_BYTES_PER_S} bytes a second are the least "
    f"after {GRACE_S:.0f} s, and {LONGEST_S:.0f} s the most",
)
TOO_BUSY = Answer(name="too_busy", sentence="too much is under way here, send it again")
TOO_LARGE_HEAD = Answer(name="headers_too_large", sentence="the headers are larger than any webhook's")
TOO_LARGE = Answer(name="too_large", sentence="the request is larger than any webhook")
MALFORMED = Answer(name="malformed", sentence="this is no HTTP request")


class Stage(Enum):
    """How far a request has come."""

    UNPROVEN = auto()
    PROVEN = auto()
    OVER = auto()


class Arrival:
    """
    What one request counts with in the in-flight limit, and the way to refuse it while it is unproven.

    Attributes:
        began_s: when its first byte came, in monotonic time.
        size_bytes: what has arrived of it.
        is_complete: whether all of it has.
        ends_connection: whether nothing is read from its connection after its answer.
        refusal: its answer, once it has been refused.
    """

    __slots__ = (
        "_limit", "_on_proven", "_stage", "_waiting",
        "began_s", "ends_connection", "is_complete", "refusal", "size_bytes",
    )  # fmt: skip

    def __init__(
        self, limit: InflightLimit, *, began_s: float = 0.0, on_proven: Callable[[], None] | None = None
    ) -> None:
        self._limit = limit
        self._on_proven = on_proven
        self._stage = Stage.UNPROVEN
        self._waiting: asyncio.Timeout | None = None
        self.began_s = began_s
        self.size_bytes = 0
        self.is_complete = False
        self.ends_connection = False
        self.refusal: Answer | None = None

    def grow(self, size_bytes: int) -> bool:
        """More of it has arrived; False when there is no place for that."""
        if self._stage is Stage.OVER:
            return True
        share = self._limit.proven if self._stage is Stage.PROVEN else self._limit.unproven
        if not share.take(size_bytes):
            return False
        self.size_bytes += size_bytes
        return True

    def prove(self) -> bool:
        """It is Lago's: it moves to the other share, if that has a place, and is refused no more."""
        if self._stage is not Stage.UNPROVEN or self.refusal is not None:
            return False
        if not self._limit.proven.take(self.size_bytes, requests=1):
            return False
        self._limit.unproven.give(self.size_bytes)
        self._stage = Stage.PROVEN
        self._waiting = None
        if self._on_proven is not None:
            self._on_proven()
        return True

    def end(self) -> None:
        """It is answered, or its connection is gone: nothing of it counts any more."""
        match self._stage:
            case Stage.UNPROVEN:
                self._limit.unproven.give(self.size_bytes)
            case Stage.PROVEN:
                self._limit.proven.give(self.size_bytes, requests=1)
            case Stage.OVER:
                return
        self._stage, self.size_bytes = Stage.OVER, 0

    def refuse(self, answer: Answer) -> None:
        """Answer it so, instead of waiting for the rest of it or for the key that verifies it."""
        if self._stage is not Stage.UNPROVEN or self.refusal is not None:
            return
        self.refusal = answer
        self._limit.unproven.give(self.size_bytes)
        self.size_bytes = 0
        if self._waiting is not None:
            self._waiting.reschedule(asyncio.get_running_loop().time())

    @asynccontextmanager
    async def refusable(self) -> AsyncIterator[None]:
        """Within the block a refusal raises TimeoutError, until the request is proven."""
        # It may have been refused before anybody waited.
        async with asyncio.timeout(None if self.refusal is None else 0) as self._waiting:
            yield

    def is_too_slow(self, now_s: float) -> bool:
        """Whether less of it has arrived than should have by now."""
        allowed_s = min(GRACE_S + self.size_bytes / LEAST_BYTES_PER_S, LONGEST_S)
        return not self.is_complete and now_s - self.began_s > allowed_s
