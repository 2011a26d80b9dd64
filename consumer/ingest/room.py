"""How much may be under way at once: what comes on top is told to come again, so that memory is bounded."""

from __future__ import annotations

MEBIBYTE = 1024 * 1024
# Two thousand a second take a hundred at once while Kafka answers; the rest is for when it does not.
REQUESTS = 1_000
SIZE_BYTES = 256 * MEBIBYTE


class Room:
    """
    Counts requests, and the bytes of their headers and bodies.

    One that is larger than all the room is let in when nothing else is there: it must not wait for ever.
    """

    def __init__(self, *, requests: int = REQUESTS, size_bytes: int = SIZE_BYTES) -> None:
        self._limits = (requests, size_bytes)
        self._requests = 0
        self._size_bytes = 0

    def take(self, size_bytes: int, *, requests: int = 1) -> bool:
        """Take so much, or nothing when there is not so much; whether it was taken."""
        most_requests, most_bytes = self._limits
        is_alone = self._size_bytes == 0
        if self._requests + requests > most_requests:
            return False
        if self._size_bytes + size_bytes > most_bytes and not is_alone:
            return False
        self._requests += requests
        self._size_bytes += size_bytes
        return True

    def give(self, size_bytes: int, *, requests: int = 1) -> None:
        """Give back what was taken."""
        self._requests -= requests
        self._size_bytes -= size_bytes
