"""Records, permits and partitions as small as a test of the engine needs them."""

from __future__ import annotations

from collections.abc import Iterable

from consumer.clock import Clock, FakeClock
from consumer.engine.attempt import Attempt
from consumer.engine.backoff import Backoff
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.engine.offset_map import OffsetMap
from consumer.limits.permits import Permit, PermitPool
from consumer.outcome import Delivered
from consumer.record import LaneKey, Record, Source

TOPIC = "lago.invoices"


def record(offset: int, *, lane: str = "a", partition: int = 0, value: bytes = b"") -> Record:
    return Record(
        source=Source(topic=TOPIC, partition=partition, offset=offset),
        timestamp_ms=0,
        key=None,
        value=value,
        lane=LaneKey(lane),
    )


def gate_of(permits: int, clock: Clock) -> PermitPool:
    """A whole account for this worker."""
    return PermitPool(cap=permits, clock=clock, jitter=lambda: 0.5)


def measured(permit_pool: PermitPool, clock: FakeClock, *, share: float) -> PermitPool:
    """After many calls of one record and of ten, of which a further record took this share of the first."""
    for _ in range(500):
        for records, took_s in ((1, 0.5), (10, 0.5 * (1 + 9 * share))):
            started_s = clock.monotonic_s()
            clock.advance(took_s)
            outcomes = [Delivered(written=())] * records
            permit_pool.leave(Permit(started_s=started_s), outcomes, in_flight=0)
    return permit_pool


def engine_of(permits: int = 2, clock: Clock | None = None, **settings) -> Engine:
    clock = clock or FakeClock()
    backoff = Backoff(jitter=lambda: 0.5)
    return Engine(permit_pool=gate_of(permits, clock), backoff=backoff, clock=clock, **settings)


def own(engine: Engine, partitions: Iterable[Partition], known: OffsetMap | None = None) -> None:
    """Assigned and seeded, as after a first turn of the poll."""
    engine.assign(list(partitions))
    seed_all(engine, known)


def seed_all(engine: Engine, known: OffsetMap | None = None) -> None:
    for partition in engine.owned_partitions.unseeded:
        epoch = engine.owned_partitions.epoch(partition)
        assert epoch is not None
        assert engine.seed(partition, epoch, known)


def started(engine: Engine) -> Attempt:
    """The next attempt, whose call comes back at once: only its lane is busy."""
    call = engine.take()
    assert call is not None
    engine.returned(call, ())
    [attempt] = call.attempts
    return attempt
