"""
Leases of an account's permits by partition: Kafka's group protocol is the distributed semaphore.

Token *j* of the cap belongs to partition index ``⌊j·P/cap⌋`` of one reference topic, rotated by a checksum
of the account. A worker may use the tokens of its assigned partitions; over any assignment they sum to the
cap, and they move with their partitions. ``⌊j·P/cap⌋`` spreads a small cap, where ``j mod P`` would give
nearly all of it to one member, because the range assignor assigns adjacent partitions.
"""

from __future__ import annotations

from collections.abc import Collection
from zlib import crc32


def share(*, cap: int, partitions: int, account: str, owned: Collection[int]) -> int:
    """The number of tokens of `cap` that belong to the `owned` indexes of `partitions`; it may be 0."""
    rotation = crc32(account.encode())
    return sum((token * partitions // cap + rotation) % partitions in owned for token in range(cap))
