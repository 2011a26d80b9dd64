"""Which offsets of one partition are settled, and what may be committed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from consumer.engine import offset_map
from consumer.engine.offset_map import OffsetMap
from consumer.record import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A topic's partition, by the topic's real name."""

    topic: str
    number: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.number}"

    @classmethod
    def of(cls, source: Source) -> Partition:
        """The partition of a record's position."""
        return cls(topic=source.topic, number=source.partition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A commit: everything below `offset` is settled, and the metadata has the settled offsets above it."""

    offset: int
    metadata: str = ""


class Admitted(Enum):
    """
    Whether an admitted offset must be delivered.

    ``NEW`` must. ``REPEATED`` must too: the partition's last owner had settled others after it, so it was in
    flight or parked then. ``DONE_BEFORE`` was settled by the last owner.
    """

    NEW = auto()
    REPEATED = auto()
    DONE_BEFORE = auto()


class Ledger:
    """
    The admitted offsets of one partition, and which of them are open.

    Offsets are admitted in rising order. Offsets without a record (compaction, transaction markers) count as
    settled.
    """

    def __init__(self, known: OffsetMap) -> None:
        self._next_offset = known.base
        self._restored_end = known.end
        # Open in the last owner's offset map and not polled yet; those below the next offset have no record.
        self._expected = deque(known.open)
        self._admitted: deque[int] = deque()
        self._open_bytes: dict[int, int] = {}
        self._bytes = 0
        self._highest_settled = known.end - 1
        self._position: Position | None = None

    @classmethod
    def at(cls, first_offset: int) -> Self:
        """A ledger without an offset map."""
        return cls(OffsetMap(base=first_offset, end=first_offset))

    @property
    def next_offset(self) -> int:
        """One past the highest admitted offset."""
        return self._next_offset

    @property
    def unsettled(self) -> int:
        """The number of open admitted offsets."""
        return len(self._open_bytes)

    @property
    def buffered_bytes(self) -> int:
        """The size of the open records, in bytes."""
        return self._bytes

    @property
    def base(self) -> int:
        """The offset to commit: the lowest open one, or the next one to poll when none is open."""
        if self._admitted:
            return self._admitted[0]
        return self._expected[0] if self._expected else max(self._next_offset, self._restored_end)

    @property
    def span(self) -> int:
        """The number of offsets from the base to the highest admitted one."""
        return max(0, self._next_offset - self.base)

    def admit(self, offset: int, *, size_bytes: int = 0) -> Admitted:
        """
        Open an offset, unless it was settled before.

        Raises:
            ValueError: the offset is not above all admitted ones.
        """
        if offset < self._next_offset:
            raise ValueError(f"offset {offset} after {self._next_offset - 1}")
        self._next_offset = offset + 1
        self._position = None
        is_expected = self._was_expected(offset)
        if offset < self._restored_end and not is_expected:
            return Admitted.DONE_BEFORE
        self._admitted.append(offset)
        self._open_bytes[offset] = size_bytes
        self._bytes += size_bytes
        return Admitted.REPEATED if is_expected else Admitted.NEW

    def complete(self, offset: int) -> None:
        """
        Settle an offset.

        Raises:
            KeyError: the offset is not open; settling one twice is a defect.
        """
        self._bytes -= self._open_bytes.pop(offset)
        self._highest_settled = max(self._highest_settled, offset)
        self._position = None
        while self._admitted and self._admitted[0] not in self._open_bytes:
            self._admitted.popleft()

    def is_settled(self, offset: int) -> bool:
        """Whether an offset is settled, here or by the partition's last owner, or has no record."""
        is_polled = offset < self._next_offset
        return is_polled and offset not in self._open_bytes

    def position(self) -> Position:
        """The position to commit now."""
        if self._position is None:
            base = self.base
            end = max(base, self._highest_settled + 1)
            still_open = (*(each for each in self._admitted if each in self._open_bytes), *self._expected)
            known = OffsetMap(base=base, end=end, open=tuple(each for each in still_open if each < end))
            self._position = Position(offset=base, metadata=offset_map.encode(known))
        return self._position

    def _was_expected(self, offset: int) -> bool:
        while self._expected and self._expected[0] < offset:
            self._expected.popleft()
        if self._expected and self._expected[0] == offset:
            self._expected.popleft()
            return True
        return False
