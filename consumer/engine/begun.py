"""The records of each partition whose work has begun; all others that an engine holds are read ahead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from consumer.engine.attempt import Attempt
from consumer.engine.ledger import Partition


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """
    A count at one moment.

    Attributes:
        waiting: the lanes that wait for reasons of their own.
        size_bytes: of the first records of these, and of the records in flight.
    """

    waiting: Counter[Partition] = field(default_factory=Counter)
    size_bytes: Counter[Partition] = field(default_factory=Counter)

    @classmethod
    def of(cls, heads: Iterable[Attempt], in_flight: Iterable[Attempt]) -> Self:
        """Count the first attempts of lanes that are parked or blocked, and those in flight."""
        begun = cls()
        for each in heads:
            if each.retry_state.is_waiting_for_itself:
                begun.waiting[begun._weighed(each)] += 1
        for each in in_flight:
            begun._weighed(each)
        return begun

    def _weighed(self, attempt: Attempt) -> Partition:
        partition = Partition.of(attempt.record.source)
        self.size_bytes[partition] += attempt.record.size_bytes
        return partition


NOTHING = Begun()
