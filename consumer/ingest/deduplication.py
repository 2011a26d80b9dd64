"""What Kafka has acknowledged lately: Lago repeats a webhook whose answer it has not seen."""

from __future__ import annotations

from hashlib import blake2b
from typing import NewType

from cachetools import TTLCache

from consumer.clock import Clock
from consumer.ingest.webhook import Webhook

REMEMBERED_S = 3600.0
REMEMBERED = 100_000  # about 30 MB; at 2000 webhooks a second still longer than Lago goes on repeating
DIGEST_BYTES = 16

Identity = NewType("Identity", bytes)
"""A digest that names one webhook."""


class Deduplication:
    """
    Remembers webhooks for an hour, the latest hundred thousand.

    A webhook is one by its unique key *and* its body: the key is not signed, so a key alone must never make
    another body count as delivered. Lago's repeats carry the stored body unchanged.
    """

    def __init__(self, clock: Clock) -> None:
        self._known: TTLCache[Identity, None] = TTLCache(REMEMBERED, REMEMBERED_S, timer=clock.monotonic_s)

    def __contains__(self, identity: Identity) -> bool:
        """Whether Kafka has it."""
        return identity in self._known

    def add(self, identity: Identity) -> None:
        """Kafka has it from now on."""
        self._known[identity] = None


def identity(webhook: Webhook) -> Identity:
    """The same for the same unique key with the same body."""
    digest = blake2b(webhook.body, digest_size=DIGEST_BYTES)
    digest.update(b"\0" + webhook.unique_key.encode())  # the key has no zero byte, so this is no other pair
    return Identity(digest.digest())
