"""
The engine under everything that can happen to it, in any order: records, outcomes, time, rebalances, crashes.

The machine is a broker with one log a partition and one consumer. It checks after every step what must hold
always, and at the end that every record is settled at least once.
"""

from __future__ import annotations

from collections import defaultdict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from consumer.clock import FakeClock
from consumer.engine.backoff import Backoff, GiveUp, Park, Settle
from consumer.engine.engine import Admission, Engine
from consumer.engine.lanes import Attempt
from consumer.engine.ledger import Partition
from consumer.limits.gate import Gate
from consumer.outcome import AccountDown, Ambiguous, Delivered, Rejected, Throttled, Unavailable, Waiting
from consumer.record import LaneKey, Record, Source

PERMITS = 3
PARTITIONS = [Partition(topic="t", number=number) for number in range(3)]
outcomes = st.sampled_from(
    [
        Delivered(written=()),
        Rejected(code="no", message="no"),
        Waiting(on="customer"),
        Throttled(reason="limit"),
        Unavailable(reason="503"),
        Ambiguous(reason="reset"),
        AccountDown(reason="login"),
    ]
)


class EngineOnABroker(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.clock = FakeClock()
        self.log: dict[Partition, list[Record]] = {partition: [] for partition in PARTITIONS}
        self.committed: dict[Partition, int] = dict.fromkeys(PARTITIONS, 0)
        self.settled: set[Source] = set()
        self.under_way: list[Attempt] = []
        self.start()

    def start(self) -> None:
        """A worker begins, or begins again after a crash: nothing but the log and the commits is left."""
        self.engine = Engine(
            gate=Gate(permits=PERMITS), backoff=Backoff(jitter=lambda: 0.5), clock=self.clock
        )
        self.under_way.clear()
        self.assign(PARTITIONS)

    def assign(self, partitions: list[Partition]) -> None:
        self.engine.assign(partitions)
        self.position = {partition: self.committed[partition] for partition in partitions}
        self.last_started: dict[tuple[LaneKey, Partition], int] = defaultdict(lambda: -1)

    @rule(
        partition=st.sampled_from(PARTITIONS),
        lanes=st.text("abc", min_size=1, max_size=6),
        gap=st.integers(0, 2),
    )
    def produce(self, partition: Partition, lanes: str, gap: int) -> None:
        for lane in lanes:
            offset = (self.log[partition][-1].source.offset + 1 if self.log[partition] else 0) + gap
            source = Source(topic=partition.topic, partition=partition.number, offset=offset)
            self.log[partition].append(
                Record(source=source, timestamp_ms=0, key=None, value=b"x", lane=LaneKey(lane))
            )
        self.poll(1)

    @rule(count=st.sampled_from([1, 3, 100]))
    def poll(self, count: int) -> None:
        for partition, position in self.position.items():
            ahead = [r for r in self.log[partition] if r.source.offset >= position][:count]
            for record in ahead:
                assert self.engine.admit(record) is Admission.TAKEN
                self.position[partition] = record.source.offset + 1

    @rule()
    def dispatch(self) -> None:
        while (attempt := self.engine.take()) is not None:
            lane, partition = attempt.record.lane, Partition.of(attempt.record.source)
            assert lane not in {other.record.lane for other in self.under_way}
            assert attempt.record.source.offset >= self.last_started[lane, partition]
            self.last_started[lane, partition] = attempt.record.source.offset
            self.under_way.append(attempt)

    @rule(results=st.lists(st.tuples(outcomes, st.integers(0, PERMITS)), min_size=1, max_size=6))
    def work(self, results) -> None:
        for outcome, which in results:
            self.dispatch()
            if self.under_way:
                self.finish(outcome, which)

    @rule(outcome=outcomes, seconds=st.sampled_from([0.1, 10.0, 400.0, 100_000.0]))
    def retry(self, outcome, seconds: float) -> None:
        self.work([(outcome, 0)])
        self.clock.advance(seconds)
        self.dispatch()

    def finish(self, outcome, which: int) -> None:
        attempt = self.under_way.pop(which % len(self.under_way))
        match self.engine.decide(attempt, outcome):
            case Settle() | GiveUp():
                self.settled.add(attempt.record.source)
                self.engine.complete(attempt)
            case Park() as park:
                self.engine.park(attempt, park)

    @rule()
    def commit(self) -> None:
        self.committed |= self.engine.committable()

    @rule(keep=st.sets(st.sampled_from(PARTITIONS)))
    def rebalance(self, keep: set[Partition]) -> None:
        """As aiokafka does it: all partitions go, some come back; calls under way are not waited for."""
        self.engine.hold()
        assert self.engine.take() is None
        self.commit()
        self.engine.forget(self.engine.partitions)
        self.assign(sorted(keep, key=str))

    @rule()
    def crash(self) -> None:
        self.start()

    @invariant()
    def commits_never_pass_what_is_not_settled(self) -> None:
        for partition, offset in {**self.committed, **self.engine.committable()}.items():
            below = {r.source for r in self.log[partition] if r.source.offset < offset}
            assert below <= self.settled

    @invariant()
    def permits_are_kept(self) -> None:
        assert self.engine.under_way == len(self.under_way) <= PERMITS

    def teardown(self) -> None:
        """With nothing but successes from now on, all is settled: nothing starves, nothing is lost."""
        if not hasattr(self, "engine"):
            return
        self.rebalance(set(PARTITIONS))
        self.poll(10_000)
        everything = {record.source for records in self.log.values() for record in records}
        for _ in range(2 * len(everything) + PERMITS + 1):
            self.clock.advance(1_000)
            self.dispatch()
            while self.under_way:
                self.finish(Delivered(written=()), 0)
        self.commit()
        assert everything <= self.settled
        assert self.engine.unsettled == 0
        assert (self.engine.parked, self.engine.under_way) == (0, 0)


TestEngineOnABroker = EngineOnABroker.TestCase
TestEngineOnABroker.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
