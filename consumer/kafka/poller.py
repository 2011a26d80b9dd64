"""The poll loop: polled records with their lanes go to the engine, full partitions are paused."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from consumer import errors
from consumer.clock import Clock
from consumer.engine.admission import Admission
from consumer.engine.begun import NOTHING, Begun
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.kafka.batch_reader import BatchReader
from consumer.kafka.position_restore import Seeder
from consumer.ops.metrics import Metrics
from consumer.ops.once_a_minute import OnceAMinute
from consumer.record import LaneKey, Record, Source
from schemas.lane import Place

RETRY_EVERY_S = 1.0
DENIED_FOR_S = 30.0
RECORDS_BETWEEN_YIELDS = 50
# With ten thousand waiting lanes the count takes as long as the mapping of one call.
COUNT_EVERY_S = 1.0

PlaceOf = Callable[[bytes | None], Place]
"""From a record's value to its lane, rank and dependencies."""

log = structlog.get_logger(__name__)


class Poller:
    """
    Passes polled records to the engine.

    It also polls while all partitions are paused: a consumer that does not poll loses its partitions.
    """

    def __init__(  # noqa: PLR0913 - the parts it connects, each named at the one call
        self,
        *,
        consumer: AIOKafkaConsumer,
        engine: Engine,
        seeder: Seeder,
        place_of: PlaceOf,
        clock: Clock,
        metrics: Metrics,
        polled: Callable[[], None],
        admitted: Callable[[], None],
        denied: Callable[[KafkaError], str | None] = lambda _: None,
        remarked: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        self._consumer = consumer
        self._engine = engine
        self._seeder = seeder
        self._place_of = place_of
        self._begun = NOTHING
        self._counted_at_s = -math.inf
        self._clock = clock
        self._metrics = metrics
        self._polled = polled
        self._admitted = admitted
        self._denied = denied
        self._remarked = remarked
        self._reader = BatchReader(consumer, position=self._position, clock=clock)
        self._last_denied = ("", float("-inf"))
        self._once = OnceAMinute(clock.monotonic_s)

    async def run(self) -> None:
        """
        Poll until cancelled.

        Raises:
            KafkaError: one that is not retriable and not a denial by access control.
        """
        while True:
            try:
                await self._turn()
            except KafkaError as error:
                denied = self._denial(error)
                if denied is None and not error.retriable:
                    raise
                if self._once.may_say(denied or type(error).__name__):
                    log.warning("poll_failed", error=denied or str(error) or type(error).__name__)
                await asyncio.sleep(RETRY_EVERY_S)
            self._remark()

    def interrupt(self) -> None:
        """End the wait for records: newly assigned partitions are seeded before the next."""
        self._reader.interrupt()

    def _denial(self, error: KafkaError) -> str | None:
        """The sentence for a denial by access control, which is retried: an operator may allow it."""
        denied = self._denied(error)
        if denied is not None:
            self._last_denied = (denied, self._clock.monotonic_s())
        return denied

    def _remark(self) -> None:
        sentence, at_s = self._last_denied
        # aiokafka retries a denied request only at intervals, and raises only then.
        is_over = self._clock.monotonic_s() - at_s > DENIED_FOR_S
        self._remarked(self._reader.sentence if is_over else sentence)

    async def _turn(self) -> None:
        begun_s = self._clock.monotonic_s()
        is_seeded = await self._seeder.seed()
        self._apply_backpressure()
        batches = await self._reader.read()
        self._engine.polled(begun_s)
        if is_seeded:
            self._polled()
        if batches:
            await self._take(batches)

    def _apply_backpressure(self) -> None:
        paused = self._consumer.paused()
        assigned = self._consumer.assignment()
        begun = self._counted()
        full = {tp for tp in assigned if self._is_full(partition_of(tp), begun, is_paused=tp in paused)}
        full |= self._reader.resting & assigned
        if newly_full := full - paused:
            self._consumer.pause(*newly_full)
        if resumable := (paused & assigned) - full:
            self._consumer.resume(*resumable)

    def _counted(self) -> Begun:
        """What waits or is in flight, `COUNT_EVERY_S` old at most."""
        now_s = self._clock.monotonic_s()
        if now_s - self._counted_at_s >= COUNT_EVERY_S:
            self._begun, self._counted_at_s = self._engine.begun_records, now_s
            self._count_unread()
        return self._begun

    def _count_unread(self) -> None:
        ends = {partition_of(tp): self._consumer.highwater(tp) for tp in self._consumer.assignment()}
        self._engine.owned_partitions.count_unread(ends.get)

    def _is_full(self, partition: Partition, begun: Begun, *, is_paused: bool) -> bool:
        return self._engine.owned_partitions.is_full(partition, is_paused=is_paused, begun=begun)

    async def _take(self, batches: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> None:
        epochs = {tp: self._epoch(tp) for tp in batches}
        decoded = {tp: await self._decode(messages) for tp, messages in batches.items()}
        for tp, records in decoded.items():
            # Other tasks run while decoding: the partition may have been revoked, and even assigned again.
            if self._epoch(tp) == epochs[tp]:
                self._admit(tp, records)
        # Before the first call is formed: its size depends on it.
        self._count_unread()
        self._admitted()

    def _position(self, tp: TopicPartition) -> int | None:
        ledger = self._engine.owned_partitions.ledger(partition_of(tp))
        return None if ledger is None else ledger.next_offset

    def _epoch(self, tp: TopicPartition) -> int | None:
        return self._engine.owned_partitions.epoch(partition_of(tp))

    async def _decode(self, messages: Sequence[ConsumerRecord]) -> list[Record]:
        records = []
        for count, message in enumerate(messages, start=1):
            records.append(record_of(message, self._place_of))
            if count % RECORDS_BETWEEN_YIELDS == 0:
                # Heartbeats run in the same event loop.
                await asyncio.sleep(0)
        return records

    def _admit(self, tp: TopicPartition, records: Sequence[Record]) -> None:
        for record in records:
            match self._engine.admit(record):
                case Admission.FOREIGN:
                    self._hand_back(tp, record)
                    return
                case Admission.REWOUND:
                    log.warning("partition_rewound", source=str(record.source))
                case Admission.TAKEN | Admission.DONE_BEFORE:
                    pass
        self._metrics.consumed(topic=tp.topic, count=len(records))

    def _hand_back(self, tp: TopicPartition, record: Record) -> None:
        # aiokafka may return records before its assignment callback (aio-libs/aiokafka#738). Its position is
        # past the record now, so without this seek the record would be skipped.
        if tp in self._consumer.assignment():
            self._consumer.seek(tp, record.source.offset)


def _no_place(_: bytes | None) -> Place:
    return Place(lane=None)


def record_of(message: ConsumerRecord, place_of: PlaceOf = _no_place) -> Record:
    """
    The record of a Kafka message; one without a lane gets its position as its lane.

    So does a record on which `place_of` raises, with the error in `defect`: polling must go on.
    """
    source = Source(topic=message.topic, partition=message.partition, offset=message.offset)
    place, failed = _place(message, place_of, source)
    return Record(
        source=source,
        timestamp_ms=message.timestamp,
        key=message.key,
        value=message.value,
        headers=tuple(message.headers),
        lane=LaneKey(place.lane or str(source)),
        rank=place.rank,
        needs=tuple(map(LaneKey, place.needs)),
        refers_to=tuple(map(LaneKey, place.refers_to)),
        defect=failed,
    )


def _place(message: ConsumerRecord, place_of: PlaceOf, source: Source) -> tuple[Place, str | None]:
    """The place of a record, and the name of an error raised by `place_of`."""
    try:
        return place_of(message.value), None
    except BaseException as error:
        if not errors.is_defect(error):
            raise
        name, at = errors.name_of(error), errors.frames_of(error)
        log.error("lane_not_found", source=str(source), error=name, at=at)  # noqa: TRY400 - no payloads
        return Place(lane=None), name


def partition_of(tp: TopicPartition) -> Partition:
    """The engine's `Partition` for aiokafka's ``TopicPartition``."""
    return Partition(topic=tp.topic, number=tp.partition)
