"""
Which share of an account's permits goes with which partitions: Kafka's group protocol as the semaphore.

Token *j* of the cap belongs to partition index ``⌊j·P/cap⌋`` of one reference topic, rotated by a checksum
of the account. A worker may always use the tokens of the partitions it owns; over any assignment they sum to
the cap, and they move with their partitions. ``⌊j·P/cap⌋`` spreads a small cap where ``j mod P`` would give
nearly all of it to one member, because the range assignor hands out neighbours.
"""

from __future__ import annotations

from collections.abc import Collection
from zlib import crc32


def share(*, cap: int, partitions: int, account: str, owned: Collection[int]) -> int:
    """How many tokens of `cap` belong to the `owned` indexes of `partitions`; 0 may come out."""
    rotation = crc32(account.encode())
    return sum((token * partitions // cap + rotation) % partitions in owned for token in range(cap))
