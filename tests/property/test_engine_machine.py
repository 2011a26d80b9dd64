"""
The engine under any sequence of records, outcomes, passing time, rebalances and crashes.

The machine is a broker with one log a partition and one consumer that commits offsets with their maps. It
checks after every step what must hold always, and at the end that every record is settled at least once.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from consumer.clock import FakeClock
from consumer.engine import offset_map
from consumer.engine.admission import Admission
from consumer.engine.attempt import Attempt
from consumer.engine.backoff import Backoff
from consumer.engine.calls import Call
from consumer.engine.decision import GiveUp, Park, Settle
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition, Position
from consumer.engine.offset_map import OffsetMap
from consumer.limits.circuit_breaker import State
from consumer.limits.permits import PermitPool
from consumer.outcome import (
    AccountDown,
    Ambiguous,
    Delivered,
    Hold,
    Outcome,
    Rejected,
    Throttled,
    Unavailable,
    Waiting,
    is_written,
)
from consumer.record import LaneKey, Record, Source

PERMITS = 4
# Invoices, then what is about them: a note, payments (one of two invoices), a void; most are of one customer.
RANKS = dict.fromkeys("abcd", 1) | dict.fromkeys("e", 2) | dict.fromkeys("fg", 3) | {"h": 4}
NEEDS = {"e": ("a",), "f": ("a", "b"), "g": ("b",), "h": ("a",)}
REFERS_TO = dict.fromkeys("abcefg", (LaneKey("customer"),))
PARTITIONS = [Partition(topic="t", number=number) for number in range(3)]
BEGINNING = Position(offset=0)
UNTIL_A_PERSON_ACTS = Hold(max_age_s=1e9, refusal=Rejected(code="closed", message="closed"))
outcomes = st.sampled_from(
    [
        Delivered(written=()),
        Rejected(code="no", message="no"),
        Waiting(on="customer"),
        Waiting(on="customer", missing="customer"),
        Waiting(on="invoice a", missing="a"),
        Waiting(on="invoice b", missing="b"),
        Waiting(on="memo", missing="e", stands=True),
        Waiting(on="period", hold=UNTIL_A_PERSON_ACTS),
        Waiting(on="permission", hold=UNTIL_A_PERSON_ACTS, kind="several lanes"),
        Waiting(on="permission", hold=UNTIL_A_PERSON_ACTS, kind="a"),
        Throttled(reason="limit"),
        Throttled(reason="skipped", by="script"),
        Unavailable(reason="503"),
        Ambiguous(reason="reset"),
        AccountDown(reason="login"),
    ]
)


def record_of(source: Source, lane: str) -> Record:
    return Record(
        source=source,
        timestamp_ms=0,
        key=None,
        value=b"x",
        lane=LaneKey(lane),
        rank=RANKS[lane],
        needs=tuple(map(LaneKey, NEEDS.get(lane, ()))),
        refers_to=REFERS_TO.get(lane, ()),
    )


class EngineOnABroker(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.clock = FakeClock()
        self.log: dict[Partition, list[Record]] = {partition: [] for partition in PARTITIONS}
        self.committed: dict[Partition, Position] = dict.fromkeys(PARTITIONS, BEGINNING)
        self.settled: set[Source] = set()
        self.recorded: set[Source] = set()
        self.in_flight: list[Call] = []
        self.is_paused = False
        self.start()

    def start(self) -> None:
        """A worker begins, or begins again after a crash: nothing but the log and the commits is left."""
        self.permit_pool = PermitPool(cap=PERMITS, clock=self.clock, jitter=lambda: 0.5)
        self.permit_pool.pause(is_paused=self.is_paused)
        self.engine = Engine(
            permit_pool=self.permit_pool, backoff=Backoff(jitter=lambda: 0.5), clock=self.clock
        )
        self.in_flight.clear()
        self.failures: Counter[Source] = Counter()
        self.written: set[LaneKey] = set()
        self.assign(PARTITIONS)

    def assign(self, partitions: list[Partition]) -> None:
        self.engine.assign(partitions)
        self.position: dict[Partition, int] = {}
        self.floor = dict.fromkeys(partitions, 0)
        self.last_started: dict[tuple[LaneKey, Partition], int] = defaultdict(lambda: -1)

    def seed(self) -> None:
        for partition in self.engine.owned_partitions.unseeded:
            at = self.committed[partition]
            known = offset_map.decode(at.metadata, at.offset)
            assert isinstance(known, OffsetMap)
            self.engine.seed(partition, self.engine.owned_partitions.epoch(partition), known)
            self.position[partition] = at.offset

    @rule(
        partition=st.sampled_from(PARTITIONS),
        lanes=st.text("abcdefgh", min_size=1, max_size=8),
        gap=st.sampled_from([0, 0, 0, 1, 2, 9_000]),
    )
    def produce(self, partition: Partition, lanes: str, gap: int) -> None:
        for lane in lanes:
            offset = (self.log[partition][-1].source.offset + 1 if self.log[partition] else 0) + gap
            source = Source(topic=partition.topic, partition=partition.number, offset=offset)
            self.log[partition].append(record_of(source, lane))
        self.poll(1)

    @rule(count=st.sampled_from([1, 3, 100]))
    def poll(self, count: int) -> None:
        self.seed()
        for partition, position in self.position.items():
            if self.engine.owned_partitions.is_full(partition, is_paused=False):
                continue
            for record in [r for r in self.log[partition] if r.source.offset >= position][:count]:
                admission = self.engine.admit(record)
                assert admission in {Admission.TAKEN, Admission.DONE_BEFORE}
                if admission is Admission.DONE_BEFORE:
                    assert record.source in self.settled
                self.position[partition] = record.source.offset + 1

    @rule()
    def dispatch(self) -> None:
        while (call := self.engine.take()) is not None:
            # Invariant 17: nothing starts while a person has paused the connection, no probe either.
            assert not self.permit_pool.reading().is_paused
            assert self.engine.calls <= max(self.permit_pool.permits, 1) or call.permit.is_probe
            running = {each.record.lane for other in self.in_flight for each in other.attempts}
            for attempt in call.attempts:
                self.check_start(attempt, running)
                running.add(attempt.record.lane)
            self.in_flight.append(call)

    def check_start(self, attempt: Attempt, running: set[LaneKey]) -> None:
        lane, source = attempt.record.lane, attempt.record.source
        partition = Partition.of(source)
        # Invariant 5: in order, never two of a lane at once, also across epochs.
        assert lane not in running
        assert source.offset >= self.last_started[lane, partition]
        self.last_started[lane, partition] = source.offset
        # Invariant 15: no call for what needs a record that this worker holds and has not written.
        needs = [key for key in attempt.record.needs if key not in self.written]
        assert not any(self.is_held(key, running) for key in needs)
        # Invariant 4: what the last acknowledged commit knew to be done is not done again.
        assert source not in self.recorded
        # Invariant 6: nothing of a partition that is not ours.
        assert not self.engine.is_stale(attempt)
        ledger = self.engine.owned_partitions.ledger(partition)
        assert ledger is not None
        assert source.offset - ledger.base < offset_map.MAX_SPAN

    def is_held(self, key: LaneKey, running: set[LaneKey]) -> bool:
        return key in running or any(queue for lane, queue in self.queues.items() if lane == key)

    @property
    def queues(self):
        return self.engine._lanes._queues

    @rule(results=st.lists(st.tuples(outcomes, st.integers(0, PERMITS)), min_size=1, max_size=6))
    def work(self, results) -> None:
        for outcome, which in results:
            self.dispatch()
            if self.in_flight:
                self.finish(outcome, which)

    @rule(outcome=outcomes, seconds=st.sampled_from([0.1, 10.0, 400.0, 100_000.0]))
    def retry(self, outcome, seconds: float) -> None:
        self.work([(outcome, 0)])
        self.clock.advance(seconds)
        self.dispatch()

    def finish(self, outcome: Outcome, which: int) -> None:
        call = self.in_flight.pop(which % len(self.in_flight))
        was_closed = self.permit_pool.reading().state is State.CLOSED and not call.permit.is_probe
        self.engine.returned(call, [outcome] * len(call.attempts))
        for attempt in call.attempts:
            if is_written(outcome):
                self.written.add(attempt.record.lane)
            match self.engine.decide(call, attempt, outcome):
                case Settle() | GiveUp():
                    self.settle(attempt)
                case Park() as park:
                    # Invariant 14: with the breaker open no record's attempts grow.
                    assert was_closed or park.retry_state.attempts == attempt.retry_state.attempts
                    self.engine.park(attempt, park)

    def settle(self, attempt: Attempt) -> None:
        # Invariant 10 in small: `complete` is the only way, and it comes after the event was acknowledged.
        self.settled.add(attempt.record.source)
        self.engine.complete(attempt)

    @rule()
    def relieve(self) -> None:
        pressed = self.engine.take_pressed()
        assert not (pressed and self.is_paused)
        for attempt, _ in pressed:
            self.settle(attempt)

    @rule(is_paused=st.booleans())
    def pause(self, *, is_paused: bool) -> None:
        """By a person; a worker that begins again knows of it before its first call."""
        self.is_paused = is_paused
        self.permit_pool.pause(is_paused=is_paused)
        self.dispatch()
        assert not (is_paused and self.engine.could_start)

    @rule()
    def commit(self) -> None:
        for partition, position in self.engine.owned_partitions.positions().items():
            # Invariant 1: it never falls within an epoch.
            assert position.offset >= self.floor[partition]
            self.floor[partition] = position.offset
            self.committed[partition] = position
            assert len(position.metadata) <= 4_096
            self.record(partition, position)

    def record(self, partition: Partition, position: Position) -> None:
        known = offset_map.decode(position.metadata, position.offset)
        assert isinstance(known, OffsetMap)
        for record in self.log[partition]:
            offset = record.source.offset
            if offset < position.offset or (offset < known.end and offset not in known.open):
                assert record.source in self.settled
                self.recorded.add(record.source)

    @rule(keep=st.sets(st.sampled_from(PARTITIONS)))
    def rebalance(self, keep: set[Partition]) -> None:
        """As aiokafka does it: all partitions go, some come back; calls under way are not waited for."""
        self.engine.hold()
        assert self.engine.take() is None
        self.commit()
        self.engine.forget(self.engine.owned_partitions.partitions)
        # Invariant 6: after a revoke there is nothing to start and nothing to commit.
        assert self.engine.take() is None
        assert self.engine.owned_partitions.positions() == {}
        self.assign(sorted(keep, key=str))

    @rule()
    def crash(self) -> None:
        self.start()

    @invariant()
    def invariant_1_commits_never_pass_what_is_not_settled(self) -> None:
        for partition, position in {**self.committed, **self.engine.owned_partitions.positions()}.items():
            below = {r.source for r in self.log[partition] if r.source.offset < position.offset}
            assert below <= self.settled

    @invariant()
    def invariant_7_calls_are_what_was_taken_and_not_returned(self) -> None:
        assert self.engine.calls == len(self.in_flight)

    @invariant()
    def invariant_9_what_has_room_is_not_paused(self) -> None:
        self.seed()
        for partition in self.engine.owned_partitions.partitions:
            ledger = self.engine.owned_partitions.ledger(partition)
            has_free_permit = ledger is None or (ledger.unsettled < 250 and ledger.span < 15_000)
            assert not (has_free_permit and self.engine.owned_partitions.is_full(partition, is_paused=True))

    @invariant()
    def invariant_12_every_open_record_is_queued_running_or_too_far_ahead(self) -> None:
        running = sum(
            not self.engine.is_stale(attempt) for call in self.in_flight for attempt in call.attempts
        )
        waiting = self.engine.queued + self.engine.owned_partitions.beyond
        assert self.engine.owned_partitions.unsettled == waiting + running

    @invariant()
    def invariant_16_whoever_is_blocked_waits_for_what_will_move(self) -> None:
        """A held lane or one that asks, and not in a circle: in the end there is one that runs, or will."""
        dependencies = self.engine._lanes._dependencies
        assert dependencies.without_reason(self.engine._lanes._rank_of_held) == []
        for lane in dependencies.lanes():
            followed = [lane]
            while (key := dependencies._blocked.get(followed[-1])) is not None:
                held = self.engine._lanes._rank_of_held(key)
                is_predecessor = held is not None and held < RANKS[followed[-1]]
                followed.append(key if is_predecessor else dependencies._askers[key].lane)
                assert len(followed) <= len(RANKS) + 1
            running = {each.record.lane for call in self.in_flight for each in call.attempts}
            assert followed[-1] in running or self.queues[followed[-1]]

    def teardown(self) -> None:
        """Invariant 4: with nothing but successes from now on, all is settled: nothing starves or is lost."""
        if not hasattr(self, "engine"):
            return
        self.rebalance(set(PARTITIONS))
        self.pause(is_paused=False)
        everything = {record.source for records in self.log.values() for record in records}
        for _ in range(2 * len(everything) + PERMITS + 1):
            self.poll(10_000)
            self.clock.advance(1_000)
            self.dispatch()
            while self.in_flight:
                self.finish(Delivered(written=()), 0)
        self.commit()
        assert everything <= self.settled
        assert self.engine.owned_partitions.unsettled == 0
        assert (self.engine.parked, self.engine.in_flight) == (0, 0)


TestEngineOnABroker = EngineOnABroker.TestCase
TestEngineOnABroker.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
