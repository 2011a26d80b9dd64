"""Calls in flight: which records are next, how many of them in one call, and their permits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from consumer.clock import Clock
from consumer.engine.attempt import Attempt
from consumer.engine.lanes import Lanes
from consumer.limits.permits import Permit, PermitPool
from consumer.outcome import Outcome
from consumer.record import Record

FRESH_BEFORE_RETRY = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call:
    """The attempts of one call to the account, one per lane, and its permit."""

    attempts: tuple[Attempt, ...]
    permit: Permit

    @property
    def records(self) -> list[Record]:
        """The records to deliver."""
        return [each.delivered for each in self.attempts]

    @property
    def is_retry(self) -> bool:
        """Whether its records have failed before for reasons of their own; all of them have, or none."""
        return self.attempts[0].retry_state.is_retry


class Calls:
    """The calls of one permit pool."""

    def __init__(self, permit_pool: PermitPool, clock: Clock) -> None:
        self._permit_pool = permit_pool
        self._clock = clock
        self._in_flight: dict[bool, set[Call]] = {False: set(), True: set()}  # by whether they are retries
        self._fresh_in_a_row = 0
        self.begun = 0

    @property
    def in_flight(self) -> int:
        """The number of calls in flight."""
        return sum(map(len, self._in_flight.values()))

    @property
    def retrying(self) -> int:
        """The number of retries in flight."""
        return len(self._in_flight[True])

    def waiting_kind(self, lanes: Lanes) -> bool | None:
        """
        Whether retries (True) or fresh records are next; None when neither may be called.

        Fresh records are first, and after three calls of theirs one of retries follows, so that neither
        starves. Retries have at most half of the permits, so that failing records do not block the others.
        """
        has_fresh = lanes.ready(retries=False) > 0
        retries_fit = self.retrying < max(1, self._permit_pool.permits // 2)
        may_retry = retries_fit and lanes.ready(retries=True) > 0
        if has_fresh and may_retry:
            return self._fresh_in_a_row >= FRESH_BEFORE_RETRY
        return may_retry if has_fresh or may_retry else None

    def take(self, lanes: Lanes, *, backlog: int = 0) -> Call | None:
        """
        The next call; None when no lane is ready or no permit is free.

        `backlog` are the records of all lanes, which the ready ones are taken to have their share of.
        """
        now_s = self._permit_pool.open_time_s
        lanes.set_aside(now_s)
        retries = self.waiting_kind(lanes)
        if retries is None or not self._permit_pool.has_free_permit(self.in_flight):
            return None
        ready = lanes.next_in_turn(retries=retries)
        size = self._size(ready, ready * _depth(lanes, backlog))
        taken = lanes.take(size, retries=retries, now_s=now_s)
        now = self._clock.now()
        tried = tuple(each.tried(now) for each in taken)
        call = Call(attempts=tried, permit=self._permit_pool.enter())
        self._in_flight[call.is_retry].add(call)
        self.begun += 1
        self._fresh_in_a_row = 0 if retries else self._fresh_in_a_row + 1
        return call

    def returned(self, call: Call, outcomes: Sequence[Outcome]) -> None:
        """Return the permit of a finished call; without `outcomes` the call says nothing of the account."""
        try:
            self._permit_pool.leave(call.permit, outcomes, in_flight=self.in_flight)
        finally:
            self._in_flight[call.is_retry].remove(call)

    def _size(self, ready: int, backlog: float) -> int:
        size, short = self._permit_pool.batch_size(ready, backlog), self._permit_pool.largest_short_batch
        if size <= short:
            return size
        # Long calls leave one permit to short ones, so that a new record need not wait for the end of one.
        long_in_flight = sum(len(call.attempts) > short for call in chain(*self._in_flight.values()))
        return size if long_in_flight < self._permit_pool.permits - 1 else short


def _depth(lanes: Lanes, backlog: int) -> float:
    """The records of a lane on average."""
    ready = lanes.ready(retries=False) + lanes.ready(retries=True)
    return max(1.0, backlog / max(1, ready + lanes.running + lanes.parked))
