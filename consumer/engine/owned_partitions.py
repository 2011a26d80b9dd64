"""The assigned partitions: their epochs, ledgers, and records too far ahead for the offset map."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from consumer.engine import backpressure
from consumer.engine.backpressure import Load
from consumer.engine.begun import NOTHING, Begun
from consumer.engine.ledger import Admitted, Ledger, Partition, Position
from consumer.engine.offset_map import MAX_SPAN, OffsetMap
from consumer.record import Record, Source


@dataclass(slots=True, kw_only=True)
class _Holding:
    """
    One partition.

    Attributes:
        epoch: number of its assignment.
        is_seeded: whether its committed state is restored; no record is admitted before.
        ledger: None until the first offset is known.
        beyond: records whose offset is too far above the base for the offset map, not started yet.
        oldest_ms: timestamps of open records by offset, in milliseconds since the epoch.
    """

    epoch: int
    is_seeded: bool = False
    ledger: Ledger | None = None
    beyond: deque[Record] = field(default_factory=deque)
    oldest_ms: dict[int, int] = field(default_factory=dict)


class OwnedPartitions:
    """The assigned partitions with their ledgers."""

    def __init__(self) -> None:
        self._held: dict[Partition, _Holding] = {}
        self._epochs_ever = 0
        self._unread = 0

    @property
    def partitions(self) -> frozenset[Partition]:
        """All assigned partitions, seeded or not."""
        return frozenset(self._held)

    @property
    def unseeded(self) -> frozenset[Partition]:
        """The partitions whose committed state is not restored yet."""
        return frozenset(partition for partition, held in self._held.items() if not held.is_seeded)

    @property
    def unsettled(self) -> int:
        """The number of unsettled records."""
        return sum(ledger.unsettled for ledger in self._ledgers())

    @property
    def backlog(self) -> int:
        """The number of unsettled records, and of those that were known to follow on Kafka at last count."""
        return self.unsettled + self._unread

    @property
    def beyond(self) -> int:
        """The number of records too far ahead for the offset map."""
        return sum(len(held.beyond) for held in self._held.values())

    def epoch(self, partition: Partition) -> int | None:
        """The number of a partition's assignment; None when it is not assigned."""
        held = self._held.get(partition)
        return held.epoch if held else None

    def epoch_of(self, record: Record) -> int:
        """
        The number of the assignment of a record's partition.

        Raises:
            KeyError: its partition is not assigned.
        """
        return self._held[Partition.of(record.source)].epoch

    def ledger(self, partition: Partition) -> Ledger | None:
        """The ledger of a partition; None before its first offset is known."""
        held = self._held.get(partition)
        return held.ledger if held else None

    def assign(self, partitions: Iterable[Partition]) -> None:
        """Add assigned partitions, not seeded yet."""
        self._epochs_ever += 1
        for partition in partitions:
            self._held[partition] = _Holding(epoch=self._epochs_ever)

    def seed(self, partition: Partition, known: OffsetMap | None) -> None:
        """Set the restored offset map; None without a commit: the first record begins the ledger."""
        held = self._held[partition]
        held.is_seeded = True
        held.ledger = Ledger(known) if known else None

    def forget(self, partition: Partition) -> None:
        """Remove a revoked partition."""
        self._held.pop(partition, None)

    def restart(self, partition: Partition) -> None:
        """Drop the state of a partition whose offsets have restarted."""
        self.assign([partition])
        self.seed(partition, None)

    def is_rewound(self, source: Source) -> bool:
        """Whether an offset was admitted before, which means that the partition's offsets have restarted."""
        known = self.ledger(Partition.of(source))
        return known is not None and source.offset < known.next_offset

    def admit(self, record: Record) -> Admitted:
        """Open a record's offset, unless it was settled before."""
        held = self._held[Partition.of(record.source)]
        offset = record.source.offset
        if held.ledger is None:
            held.ledger = Ledger.at(offset)
        owed = held.ledger.admit(offset, size_bytes=record.size_bytes)
        if owed is not Admitted.DONE_BEFORE:
            held.oldest_ms[offset] = record.timestamp_ms
        return owed

    def is_settled(self, source: Source) -> bool:
        """Whether the record of an assigned partition is settled, or no longer on Kafka."""
        known = self.ledger(Partition.of(source))
        return known is not None and known.is_settled(source.offset)

    def may_start(self, record: Record) -> bool:
        """Whether the record's offset fits into the offset map; if not, it is kept until `complete`."""
        held = self._held[Partition.of(record.source)]
        if held.ledger is None or (not held.beyond and record.source.offset - held.ledger.base < MAX_SPAN):
            return True
        held.beyond.append(record)
        return False

    def complete(self, source: Source) -> list[Record]:
        """Settle an offset; returns the records that fit into the offset map now."""
        held = self._held[Partition.of(source)]
        if held.ledger is None:
            raise KeyError(source)
        held.ledger.complete(source.offset)
        del held.oldest_ms[source.offset]
        released = []
        while held.beyond and held.beyond[0].source.offset - held.ledger.base < MAX_SPAN:
            released.append(held.beyond.popleft())
        return released

    def count_unread(self, end_of: Callable[[Partition], int | None]) -> None:
        """
        Count what is on Kafka and would be read if bytes had no limit.

        `end_of` gives the log end offset of a partition; None when it is not known.
        """
        self._unread = sum(
            _unread(held.ledger, end_of(partition)) for partition, held in self._held.items() if held.ledger
        )

    def positions(self) -> Mapping[Partition, Position]:
        """The positions to commit, of all partitions whose first offset is known."""
        known = ((partition, held.ledger) for partition, held in self._held.items())
        return {partition: ledger.position() for partition, ledger in known if ledger}

    def pressed(self) -> Iterator[Source]:
        """The lowest open offset of each partition that will soon be paused because of its span."""
        for partition, held in self._held.items():
            if held.ledger and backpressure.is_pressing(held.ledger.span):
                yield Source(topic=partition.topic, partition=partition.number, offset=held.ledger.base)

    def is_full(self, partition: Partition, *, is_paused: bool, begun: Begun = NOTHING) -> bool:
        """Whether a partition should be paused; without a `begun` all counts as read ahead."""
        held = self._held.get(partition)
        if held is None or not held.is_seeded:
            return True
        if held.ledger is None:
            return False
        own_bytes = held.ledger.buffered_bytes
        total_bytes = sum(ledger.buffered_bytes for ledger in self._ledgers())
        load = Load(
            records=held.ledger.unsettled,
            waiting=begun.waiting[partition],
            span=held.ledger.span,
            own_bytes=own_bytes,
            partitions=len(self._held),
            total_records=self.unsettled,
            total_bytes=total_bytes,
            own_ahead_bytes=own_bytes - begun.size_bytes[partition],
            ahead_bytes=total_bytes - begun.size_bytes.total(),
        )
        return backpressure.is_full(load, is_paused=is_paused)

    def oldest_ms(self, partition: Partition) -> int | None:
        """
        The timestamp of the lowest open offset, in milliseconds since the epoch; None without open ones.
        """
        held = self._held.get(partition)
        if held is None or not held.oldest_ms:
            return None
        return next(iter(held.oldest_ms.values()))

    def _ledgers(self) -> Iterator[Ledger]:
        return (held.ledger for held in self._held.values() if held.ledger)


def _unread(ledger: Ledger, end: int | None) -> int:
    follow = 0 if end is None else end - ledger.next_offset
    return max(0, min(follow, backpressure.FULL_AT_RECORDS - ledger.unsettled))
