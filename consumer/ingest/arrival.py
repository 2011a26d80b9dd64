"""One request from its first byte to its response: its size, its rate, and its refusal."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from consumer.ingest.inflight_limit import InflightLimit
from consumer.ingest.response import Answer
from consumer.ops.deadlines import Interruptible

KIBIBYTE = 1024
# Lago sends a body from memory and waits 30 s for the response, so it stays within these limits.
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
    """The stage of a request: signature not verified, verified, or ended."""

    UNPROVEN = auto()
    PROVEN = auto()
    OVER = auto()


class Arrival:
    """
    One request in the in-flight limit; it can be refused until its signature is verified.

    Attributes:
        began_s: time of its first byte, by the monotonic clock.
        size_bytes: the received bytes.
        is_complete: whether the whole request is received.
        ends_connection: whether the connection ends after its response.
        refusal: the response to a refused request; None until then.
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
        self._waiting: Interruptible | None = None
        self.began_s = began_s
        self.size_bytes = 0
        self.is_complete = False
        self.ends_connection = False
        self.refusal: Answer | None = None

    def grow(self, size_bytes: int) -> bool:
        """Count received bytes; False when the in-flight limit does not allow them."""
        if self._stage is Stage.OVER:
            return True
        share = self._limit.proven if self._stage is Stage.PROVEN else self._limit.unproven
        if not share.take(size_bytes):
            return False
        self.size_bytes += size_bytes
        return True

    def prove(self) -> bool:
        """Move it to the share of verified requests, where it is not refused; False when that is full."""
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
        """Release its bytes: it has a response, or its connection is lost."""
        match self._stage:
            case Stage.UNPROVEN:
                self._limit.unproven.give(self.size_bytes)
            case Stage.PROVEN:
                self._limit.proven.give(self.size_bytes, requests=1)
            case Stage.OVER:
                return
        self._stage, self.size_bytes = Stage.OVER, 0

    def refuse(self, answer: Answer) -> None:
        """Set its response without waiting for the rest of it or for the key that verifies it."""
        if self._stage is not Stage.UNPROVEN or self.refusal is not None:
            return
        self.refusal = answer
        self._limit.unproven.give(self.size_bytes)
        self.size_bytes = 0
        if self._waiting is not None:
            self._waiting.interrupt()

    def refusable(self) -> Interruptible:
        """A block in which a refusal raises TimeoutError, until the request is verified."""
        self._waiting = Interruptible()
        if self.refusal is not None:
            self._waiting.interrupt()
        return self._waiting

    def is_too_slow(self, now_s: float) -> bool:
        """Whether fewer bytes are received than `LEAST_BYTES_PER_S` requires by now."""
        allowed_s = min(GRACE_S + self.size_bytes / LEAST_BYTES_PER_S, LONGEST_S)
        return not self.is_complete and now_s - self.began_s > allowed_s
