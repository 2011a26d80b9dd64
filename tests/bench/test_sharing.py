"""
How well workers share one account's limit: a simulation with the real permit pools on a fake clock.

Service times are lognormal (median 1.2 s, at most 30 s), a refusal is answered after 60 ms, a topic has
twelve partitions. Shares of the usable limit and refusals per thousand successes are held to what the rules
of lease, window and loan were chosen for; without the loan one busy worker would use no more than its lease.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from consumer.clock import FakeClock
from consumer.limits import partition_lease
from consumer.limits.permits import Permit, PermitPool
from consumer.outcome import Delivered, Throttled

PARTITIONS = 12
MEDIAN_S, SIGMA, LONGEST_S = 1.2, 0.8, 30.0
REFUSED_AFTER_S = 0.06
COME_BACK_AFTER_S = 0.5
SIMULATED_S = 300.0
WARM_UP_S = 40.0
DONE, REFUSED = Delivered(written=()), Throttled(reason="limit")

Load = Callable[[int, float], float]
"""The share of time in which a worker has work, by its number and the time."""
Foreign = Callable[[float], float]
"""The share of the account that others hold at a time."""


@dataclass(slots=True)
class Worker:
    permit_pool: PermitPool
    in_flight: int = 0


@dataclass(slots=True)
class Account:
    """Counts what it serves; refuses at once what is too much."""

    cap: int
    in_flight: int = 0
    served_s: float = 0.0
    successes: int = 0
    refusals: int = 0


@dataclass
class Simulation:
    cap: int
    workers_count: int
    load: Load
    foreign: Foreign = lambda _: 0.0
    clock: FakeClock = field(default_factory=FakeClock)
    rng: random.Random = field(default_factory=lambda: random.Random(7))

    def run(self) -> tuple[float, float]:
        """The share of the usable limit that was used, and refusals per thousand successes."""
        self.account = Account(cap=self.cap)
        self.workers = [self.worker(number) for number in range(self.workers_count)]
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.begun_s = self.clock.monotonic_s()
        self.usable_s = 0.0
        self.every_tenth()
        while self.events[0][0] < self.begun_s + SIMULATED_S:
            at_s, _, happen = heapq.heappop(self.events)
            self.clock.advance(at_s - self.clock.monotonic_s())
            happen()
        share = self.account.served_s / self.usable_s
        return share, 1_000 * self.account.refusals / self.account.successes

    def worker(self, number: int) -> Worker:
        low, high = (PARTITIONS * each // self.workers_count for each in (number, number + 1))
        permit_pool = PermitPool(cap=self.cap, clock=self.clock, jitter=self.rng.random)
        owned = set(range(low, high))
        permit_pool.lease(
            partition_lease.share(cap=self.cap, partitions=PARTITIONS, account="7", owned=owned)
        )
        return Worker(permit_pool=permit_pool)

    def later(self, seconds: float, happen: Callable[[], None]) -> None:
        at_s = self.clock.monotonic_s() + seconds
        heapq.heappush(self.events, (at_s, self.rng.getrandbits(60), happen))

    @property
    def elapsed_s(self) -> float:
        return self.clock.monotonic_s() - self.begun_s

    @property
    def usable(self) -> int:
        return self.cap - round(self.cap * self.foreign(self.elapsed_s))

    def every_tenth(self) -> None:
        """Simulate a tenth of a second, and start the calls that have a permit."""
        if self.elapsed_s >= WARM_UP_S:
            wanted = sum(
                self.load(number, self.elapsed_s) > 0 or worker.in_flight > 0
                for number, worker in enumerate(self.workers)
            )
            self.usable_s += 0.1 * self.usable if wanted else 0.0
            self.account.served_s += 0.1 * min(self.account.in_flight, self.usable)
        for number, worker in enumerate(self.workers):
            self.start(number, worker)
        self.later(0.1, self.every_tenth)

    def start(self, number: int, worker: Worker) -> None:
        load = self.load(number, self.elapsed_s)
        # A worker with little to do has that much work under way and no more.
        most = self.cap if load >= 1 else round(load * worker.permit_pool.permits)
        while worker.in_flight < most and worker.permit_pool.has_free_permit(worker.in_flight):
            self.call(number, worker)

    def call(self, number: int, worker: Worker) -> None:
        permit = worker.permit_pool.enter()
        worker.in_flight += 1
        is_refused = self.account.in_flight >= self.usable
        self.account.in_flight += 0 if is_refused else 1
        service_s = min(LONGEST_S, MEDIAN_S * self.rng.lognormvariate(0, SIGMA))
        after_s = REFUSED_AFTER_S if is_refused else service_s
        self.later(after_s, lambda: self.end(number, worker, permit, is_refused=is_refused))

    def end(self, number: int, worker: Worker, permit: Permit, *, is_refused: bool) -> None:
        worker.permit_pool.leave(permit, [REFUSED if is_refused else DONE], in_flight=worker.in_flight)
        worker.in_flight -= 1
        if not is_refused:
            self.account.in_flight -= 1
        if self.elapsed_s >= WARM_UP_S:
            self.account.successes += not is_refused
            self.account.refusals += is_refused
        if is_refused:
            self.later(COME_BACK_AFTER_S, lambda: self.start(number, worker))
        else:
            self.start(number, worker)


def all_busy(_: int, __: float) -> float:
    return 1.0


def one_busy(number: int, _: float) -> float:
    return 1.0 if number == 0 else 0.0


def one_busy_and_the_rest_a_little(number: int, _: float) -> float:
    return 1.0 if number == 0 else 0.3


def thirty_percent_now_and_then(elapsed_s: float) -> float:
    return 0.3 if elapsed_s % 420 > 300 else 0.0


CAPS = [(5, 2), (20, 4), (65, 8)]


@pytest.mark.parametrize(("cap", "workers"), CAPS)
def test_busy_workers_use_the_whole_account_and_are_hardly_refused(cap, workers):
    """Leases sum to the limit, and a probe now and then costs little."""
    share, refused = Simulation(cap, workers, all_busy).run()

    assert share >= 0.97
    assert refused <= (10 if cap <= 20 else 40)


@pytest.mark.parametrize(("cap", "workers"), CAPS)
def test_one_busy_worker_gets_the_whole_account(cap, workers):
    """Its lease alone would be a fraction; what the idle ones do not use it borrows."""
    share, refused = Simulation(cap, workers, one_busy).run()

    assert share >= 0.97
    assert refused <= 5


@pytest.mark.parametrize(("cap", "workers"), CAPS)
def test_when_others_take_a_third_what_is_left_is_used(cap, workers):
    """And what they give back is taken up again."""
    share, refused = Simulation(cap, workers, all_busy, thirty_percent_now_and_then).run()

    assert share >= 0.97
    assert refused <= 110


@pytest.mark.parametrize(("cap", "workers"), CAPS)
def test_a_busy_worker_among_slightly_busy_ones_gets_most_of_what_they_leave(cap, workers):
    """Theirs stays theirs; of a very small limit some is left over between two tries."""
    share, refused = Simulation(cap, workers, one_busy_and_the_rest_a_little).run()

    assert share >= (0.6 if cap == 5 else 0.9)
    assert refused <= 30
