"""What Kafka has acknowledged lately: Lago repeats a webhook whose answer it has not seen."""

from __future__ import annotations

from hashlib import blake2b

from cachetools import TTLCache

from consumer.clock import Clock
from consumer.ingest.webhook import Webhook

REMEMBERED_S = 3600.0
REMEMBERED = 100_000  # about 30 MB; at 2000 webhooks a second still longer than Lago goes on repeating
DIGEST_BYTES = 16


class Repeats:
    """
    Remembers webhooks for an hour, the latest hundred thousand.

    A webhook is one by its unique key *and* its body: the key is not signed, so a key alone must never make
    another body count as delivered. Lago's repeats carry the stored body unchanged.
    """

    def __init__(self, clock: Clock) -> None:
        self._known: TTLCache[bytes, None] = TTLCache(REMEMBERED, REMEMBERED_S, timer=clock.monotonic_s)

    def has(self, webhook: Webhook) -> bool:
        """Whether Kafka has it."""
        return _digest(webhook) in self._known

    def add(self, webhook: Webhook) -> None:
        """Kafka has it from now on."""
        self._known[_digest(webhook)] = None


def _digest(webhook: Webhook) -> bytes:
    return blake2b(webhook.body, digest_size=DIGEST_BYTES, key=_short(webhook.unique_key)).digest()


def _short(key: str) -> bytes:
    return blake2b(key.encode(), digest_size=DIGEST_BYTES).digest()
