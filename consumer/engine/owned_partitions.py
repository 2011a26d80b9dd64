"""The partitions that are ours: since when, what is owed of each, and what is too far ahead to be started."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from consumer.engine import backpressure
from consumer.engine.backpressure import Load
from consumer.engine.ledger import Admitted, Ledger, Partition, Position
from consumer.engine.offset_map import MAX_SPAN, OffsetMap
from consumer.record import Record, Source


@dataclass(slots=True, kw_only=True)
class _Holding:
    """
    One partition.

    Attributes:
        epoch: which ownership of it this is.
        is_seeded: whether it is known what the last owner left; nothing is taken before.
        ledger: None until the first offset is known.
        beyond: records of which even the settlement could not be written down yet.
    """

    epoch: int
    is_seeded: bool = False
    ledger: Ledger | None = None
    beyond: deque[Record] = field(default_factory=deque)
    oldest_ms: dict[int, int] = field(default_factory=dict)


class OwnedPartitions:
    """Partitions with their ledgers."""

    def __init__(self) -> None:
        self._held: dict[Partition, _Holding] = {}
        self._epochs_ever = 0

    @property
    def partitions(self) -> frozenset[Partition]:
        """All that are ours, seeded or not."""
        return frozenset(self._held)

    @property
    def unseeded(self) -> frozenset[Partition]:
        """Those of which it is not known yet what the last owner left."""
        return frozenset(partition for partition, held in self._held.items() if not held.is_seeded)

    @property
    def unsettled(self) -> int:
        """Records taken and not done."""
        return sum(ledger.unsettled for ledger in self._ledgers())

    @property
    def beyond(self) -> int:
        """Records taken and too far ahead to be started."""
        return sum(len(held.beyond) for held in self._held.values())

    def epoch(self, partition: Partition) -> int | None:
        """Which ownership of a partition this is; None when it is not ours."""
        held = self._held.get(partition)
        return held.epoch if held else None

    def epoch_of(self, record: Record) -> int:
        """
        Which ownership a record of ours is taken under.

        Raises:
            KeyError: its partition is not ours.
        """
        return self._held[Partition.of(record.source)].epoch

    def ledger(self, partition: Partition) -> Ledger | None:
        """What is owed of a partition; None before its first offset is known."""
        held = self._held.get(partition)
        return held.ledger if held else None

    def assign(self, partitions: Iterable[Partition]) -> None:
        """Own partitions from now on, knowing nothing of them yet."""
        self._epochs_ever += 1
        for partition in partitions:
            self._held[partition] = _Holding(epoch=self._epochs_ever)

    def seed(self, partition: Partition, known: OffsetMap | None) -> None:
        """Know what the last owner left; None when there was none: the first record begins the ledger."""
        held = self._held[partition]
        held.is_seeded = True
        held.ledger = Ledger(known) if known else None

    def forget(self, partition: Partition) -> None:
        """Own a partition no longer."""
        self._held.pop(partition, None)

    def restart(self, partition: Partition) -> None:
        """The partition has gone back, so what was known of it is void."""
        self.assign([partition])
        self.seed(partition, None)

    def is_rewound(self, source: Source) -> bool:
        """Whether an offset has come in before, which Kafka does only when the partition has gone back."""
        known = self.ledger(Partition.of(source))
        return known is not None and source.offset < known.next_offset

    def admit(self, record: Record) -> Admitted:
        """Owe a record, unless it was done before."""
        held = self._held[Partition.of(record.source)]
        offset = record.source.offset
        if held.ledger is None:
            held.ledger = Ledger.at(offset)
        owed = held.ledger.admit(offset, size_bytes=len(record.value or b"") + len(record.key or b""))
        if owed is not Admitted.DONE_BEFORE:
            held.oldest_ms[offset] = record.timestamp_ms
        return owed

    def may_start(self, record: Record) -> bool:
        """Whether the settlement of this record would fit the offset map; kept for `released` if not."""
        held = self._held[Partition.of(record.source)]
        if held.ledger is None or (not held.beyond and record.source.offset - held.ledger.base < MAX_SPAN):
            return True
        held.beyond.append(record)
        return False

    def complete(self, source: Source) -> list[Record]:
        """Settle an offset; gives what may be started now that was too far ahead before."""
        held = self._held[Partition.of(source)]
        if held.ledger is None:
            raise KeyError(source)
        held.ledger.complete(source.offset)
        del held.oldest_ms[source.offset]
        released = []
        while held.beyond and held.beyond[0].source.offset - held.ledger.base < MAX_SPAN:
            released.append(held.beyond.popleft())
        return released

    def positions(self) -> Mapping[Partition, Position]:
        """What to commit of every partition whose first offset is known."""
        known = ((partition, held.ledger) for partition, held in self._held.items())
        return {partition: ledger.position() for partition, ledger in known if ledger}

    def pressed(self) -> Iterator[Source]:
        """The lowest open offset of each partition that will have to stop before long because of it."""
        for partition, held in self._held.items():
            if held.ledger and backpressure.is_pressing(held.ledger.span):
                yield Source(topic=partition.topic, partition=partition.number, offset=held.ledger.base)

    def is_full(self, partition: Partition, *, is_paused: bool, waiting: int = 0) -> bool:
        """Whether no more records of a partition should be fetched now, so many of which only wait."""
        held = self._held.get(partition)
        if held is None or not held.is_seeded:
            return True
        if held.ledger is None:
            return False
        load = Load(
            records=held.ledger.unsettled,
            waiting=waiting,
            span=held.ledger.span,
            own_bytes=held.ledger.buffered_bytes,
            partitions=len(self._held),
            total_records=self.unsettled,
            total_bytes=sum(ledger.buffered_bytes for ledger in self._ledgers()),
        )
        return backpressure.is_full(load, is_paused=is_paused)

    def oldest_ms(self, partition: Partition) -> int | None:
        """The timestamp of the lowest open offset; None when all that came in is done."""
        held = self._held.get(partition)
        if held is None or not held.oldest_ms:
            return None
        return next(iter(held.oldest_ms.values()))

    def _ledgers(self) -> Iterator[Ledger]:
        return (held.ledger for held in self._held.values() if held.ledger)
