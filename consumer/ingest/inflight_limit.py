"""How much may be in flight at once: what comes on top is answered 503, so that memory is bounded."""

from __future__ import annotations

MEBIBYTE = 1024 * 1024
# Two thousand a second take a hundred at once while Kafka answers; the rest is for when it does not.
REQUESTS = 1_000
PROVEN_BYTES = 192 * MEBIBYTE
# Whoever can reach the port can fill this one. An honest webhook is through it within milliseconds.
UNPROVEN_BYTES = 64 * MEBIBYTE
# A JWT in a header carries the body again, as a JSON string in base64: at most this much for a byte.
HEAD_BYTES_FOR_BODY_BYTE = 3
HEAD_BYTES_FOR_ALL_ELSE = 64 * 1024


class Share:
    """Counts requests and their bytes, of heads and bodies, against two bounds."""

    def __init__(self, *, requests: int, size_bytes: int) -> None:
        self._limits = (requests, size_bytes)
        self._requests = 0
        self._size_bytes = 0

    def take(self, size_bytes: int, *, requests: int = 0) -> bool:
        """Take so much, or nothing when there is not so much; whether it was taken."""
        most_requests, most_bytes = self._limits
        if self._requests + requests > most_requests or self._size_bytes + size_bytes > most_bytes:
            return False
        self._requests += requests
        self._size_bytes += size_bytes
        return True

    def give(self, size_bytes: int, *, requests: int = 0) -> None:
        """Give back what was taken."""
        self._requests -= requests
        self._size_bytes -= size_bytes


class InflightLimit:
    """
    Two shares: of requests whose signature is not verified yet, and of those that wait for Kafka.

    A request counts with the bytes that have arrived, never with those it announces.

    Attributes:
        unproven: bounded by bytes alone; the number of connections bounds the number of requests.
        proven: bounded by both.
    """

    def __init__(
        self,
        *,
        requests: int = REQUESTS,
        proven_bytes: int = PROVEN_BYTES,
        unproven_bytes: int = UNPROVEN_BYTES,
        largest_request_bytes: int = 0,
    ) -> None:
        """
        Begin with nothing in flight.

        Args:
            requests: proven ones at once.
            proven_bytes: of their heads and bodies.
            unproven_bytes: of all others.
            largest_request_bytes: either share has place for two of these at least.
        """
        least_bytes = 2 * largest_request_bytes
        self.unproven = Share(requests=0, size_bytes=max(unproven_bytes, least_bytes))
        self.proven = Share(requests=requests, size_bytes=max(proven_bytes, least_bytes))


def head_limit_bytes(body_limit_bytes: int) -> int:
    """Of the largest webhook's head."""
    return HEAD_BYTES_FOR_BODY_BYTE * body_limit_bytes + HEAD_BYTES_FOR_ALL_ELSE


def request_limit_bytes(body_limit_bytes: int) -> int:
    """Of the largest webhook as it comes; as much again as its body for the marks between chunks."""
    return head_limit_bytes(body_limit_bytes) + 2 * body_limit_bytes
