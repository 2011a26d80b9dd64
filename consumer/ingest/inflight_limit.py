"""The limit on requests in flight: more get 503, so that memory is bounded."""

from __future__ import annotations

MEBIBYTE = 1024 * 1024
# 2 000 requests a second need 100 in flight while Kafka responds; the rest is for slow acknowledgements.
REQUESTS = 1_000
PROVEN_BYTES = 192 * MEBIBYTE
# Any client that reaches the port can fill this share; a webhook of Lago's leaves it within milliseconds.
UNPROVEN_BYTES = 64 * MEBIBYTE
# A JWT in a header contains the body again, as a JSON string in base64: at most so many bytes per byte.
HEAD_BYTES_FOR_BODY_BYTE = 3
HEAD_BYTES_FOR_ALL_ELSE = 64 * 1024


class Share:
    """Counts requests and their bytes (heads and bodies) against two limits."""

    def __init__(self, *, requests: int, size_bytes: int) -> None:
        self._limits = (requests, size_bytes)
        self._requests = 0
        self._size_bytes = 0

    def take(self, size_bytes: int, *, requests: int = 0) -> bool:
        """Take requests and bytes if both limits allow them; returns whether they were taken."""
        most_requests, most_bytes = self._limits
        if self._requests + requests > most_requests or self._size_bytes + size_bytes > most_bytes:
            return False
        self._requests += requests
        self._size_bytes += size_bytes
        return True

    def give(self, size_bytes: int, *, requests: int = 0) -> None:
        """Release requests and bytes."""
        self._requests -= requests
        self._size_bytes -= size_bytes


class InflightLimit:
    """
    Two shares: of requests whose signature is not verified yet, and of verified ones that wait for Kafka.

    A request counts with its received bytes, not with its ``Content-Length``.

    Attributes:
        unproven: limited by bytes only; the number of connections limits the number of requests.
        proven: limited by requests and bytes.
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
        Begin with no request in flight.

        Args:
            requests: most verified requests in flight.
            proven_bytes: most bytes of their heads and bodies.
            unproven_bytes: most bytes of all others.
            largest_request_bytes: each share admits at least two of this size.
        """
        least_bytes = 2 * largest_request_bytes
        self.unproven = Share(requests=0, size_bytes=max(unproven_bytes, least_bytes))
        self.proven = Share(requests=requests, size_bytes=max(proven_bytes, least_bytes))


def head_limit_bytes(body_limit_bytes: int) -> int:
    """The largest head of a webhook, in bytes."""
    return HEAD_BYTES_FOR_BODY_BYTE * body_limit_bytes + HEAD_BYTES_FOR_ALL_ELSE


def request_limit_bytes(body_limit_bytes: int) -> int:
    """The largest request of a webhook, in bytes: head, body, and as much again for chunk headers."""
    return head_limit_bytes(body_limit_bytes) + 2 * body_limit_bytes
