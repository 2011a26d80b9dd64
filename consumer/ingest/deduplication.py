"""Deduplicate webhooks: Lago retries a webhook when it did not receive the response."""

from __future__ import annotations

from hashlib import sha256
from typing import NewType

from cachetools import TTLCache

from consumer.clock import Clock
from consumer.ingest.webhook import Webhook

REMEMBERED_S = 3600.0
REMEMBERED = 100_000  # about 30 MB; at 2000 webhooks a second 50 s, longer than Lago's retries take
DIGEST_BYTES = 16

Identity = NewType("Identity", bytes)
"""A digest that identifies one webhook."""


class Deduplication:
    """
    Remembers webhooks that Kafka has acknowledged, for an hour, the latest hundred thousand.

    A webhook is identified by its unique key *and* its body, for which its verified signature stands: the
    key is not signed, so a key alone must not make another body count as delivered. Lago's retries have the
    same body.
    """

    def __init__(self, clock: Clock) -> None:
        self._known: TTLCache[Identity, None] = TTLCache(REMEMBERED, REMEMBERED_S, timer=clock.monotonic_s)

    def __len__(self) -> int:
        """The number of webhooks it has in memory."""
        return len(self._known)

    def __contains__(self, identity: Identity) -> bool:
        """Whether Kafka has acknowledged it."""
        return identity in self._known

    def add(self, identity: Identity) -> None:
        """Remember a webhook that Kafka has acknowledged."""
        self._known[identity] = None


def identity(webhook: Webhook) -> Identity:
    """
    The digest of unique key and body of a webhook whose signature is verified.

    A verified signature stands for the body, which may be a thousand times as long. Lago's signatures, HMAC
    and RSA with PKCS #1, are the same for each retry.
    """
    # Of a JWT its last part; HMAC's base64 has no dot.
    signature = webhook.signature[webhook.signature.rfind(".") + 1 :]
    # The key has no zero byte: unique to the pair.
    digest = sha256(f"{webhook.unique_key}\0{signature}".encode())
    return Identity(digest.digest()[:DIGEST_BYTES])
