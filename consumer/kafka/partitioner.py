"""Kafka's default partitioner, with a cache by key."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from aiokafka.partitioner import DefaultPartitioner

KEYS_REMEMBERED = 10_000
"""The keys of customers repeat; those of results are of documents, seldom repeat and take memory."""

_default = DefaultPartitioner()


def partition_of(key: bytes | None, all_partitions: Sequence[int], available: Sequence[int]) -> int:
    """
    Kafka's default: murmur2 of the key; without a key any partition that is available.

    aiokafka computes it in a loop in Python, and the keys of customers repeat.
    """
    if key is None:
        anywhere: int = _default(None, all_partitions, available)
        return anywhere
    return _of_key(key, tuple(all_partitions))


@lru_cache(KEYS_REMEMBERED)
def _of_key(key: bytes, all_partitions: tuple[int, ...]) -> int:
    partition: int = _default(key, all_partitions, ())
    return partition
