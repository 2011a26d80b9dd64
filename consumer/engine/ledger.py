"""Which offsets of one partition are settled, and what may be committed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from consumer.record import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A topic's partition, by the topic's real name."""

    topic: str
    number: int

    @classmethod
    def of(cls, source: Source) -> Partition:
        """The partition a record lies in."""
        return cls(topic=source.topic, number=source.partition)


class Ledger:
    """
    The admitted offsets of one partition and which of them are still open.

    Offsets arrive in rising order. Those that never arrive (compaction, transaction markers) count as
    settled, because nothing can be owed for them.
    """

    def __init__(self, first_offset: int) -> None:
        self._next_offset = first_offset
        self._admitted: deque[int] = deque()
        self._open_bytes: dict[int, int] = {}
        self._bytes = 0

    @property
    def next_offset(self) -> int:
        """One past the highest admitted offset."""
        return self._next_offset

    @property
    def unsettled(self) -> int:
        """How many admitted offsets are open."""
        return len(self._open_bytes)

    @property
    def buffered_bytes(self) -> int:
        """The size of the records that are open."""
        return self._bytes

    @property
    def committable(self) -> int:
        """The position to commit: the lowest open offset, or the next one to come when nothing is open."""
        return self._admitted[0] if self._admitted else self._next_offset

    def admit(self, offset: int, *, size_bytes: int = 0) -> None:
        """
        Owe an offset.

        Raises:
            ValueError: the offset is not above all that were admitted.
        """
        if offset < self._next_offset:
            raise ValueError(f"offset {offset} after {self._next_offset - 1}")
        self._next_offset = offset + 1
        self._admitted.append(offset)
        self._open_bytes[offset] = size_bytes
        self._bytes += size_bytes

    def complete(self, offset: int) -> None:
        """
        Settle an offset.

        Raises:
            KeyError: the offset is not open; settling twice is a defect.
        """
        self._bytes -= self._open_bytes.pop(offset)
        while self._admitted and self._admitted[0] not in self._open_bytes:
            self._admitted.popleft()
