"""Calls under way: which records go next, how many of them together, and their permits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from consumer.clock import Clock
from consumer.engine.attempt import Attempt
from consumer.engine.lanes import Lanes
from consumer.limits.permits import Permit, PermitPool
from consumer.outcome import Outcome
from consumer.record import Record

FRESH_BEFORE_RETRY = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call:
    """Attempts that go to the account together, one a lane, and their permit."""

    attempts: tuple[Attempt, ...]
    permit: Permit

    @property
    def records(self) -> list[Record]:
        """What to deliver."""
        return [each.delivered for each in self.attempts]

    @property
    def is_retry(self) -> bool:
        """Whether its records have failed before for their own reasons; all of them have, or none."""
        return self.attempts[0].retry_state.is_retry


class Calls:
    """The traffic of one gate."""

    def __init__(self, permit_pool: PermitPool, clock: Clock) -> None:
        self._permit_pool = permit_pool
        self._clock = clock
        self._in_flight: set[Call] = set()
        self._fresh_in_a_row = 0
        self.begun = 0

    @property
    def in_flight(self) -> int:
        """Calls to the account that have not come back."""
        return len(self._in_flight)

    @property
    def retrying(self) -> int:
        """Those of them that are retries."""
        return sum(call.is_retry for call in self._in_flight)

    def waiting_kind(self, lanes: Lanes) -> bool | None:
        """
        Whether retries (True) or fresh records go next; None when nothing may.

        Fresh ones go first, and after three of their calls one of retries: so neither starves. Retries never
        hold more than half of the permits: however much fails, what does not has room.
        """
        has_fresh = lanes.ready(retries=False) > 0
        retries_fit = self.retrying < max(1, self._permit_pool.permits // 2)
        may_retry = retries_fit and lanes.ready(retries=True) > 0
        if has_fresh and may_retry:
            return self._fresh_in_a_row >= FRESH_BEFORE_RETRY
        return may_retry if has_fresh or may_retry else None

    def take(self, lanes: Lanes) -> Call | None:
        """The next call to make, when there is one and a permit for it."""
        now_s = self._permit_pool.open_time_s
        lanes.set_aside(now_s)
        retries = self.waiting_kind(lanes)
        if retries is None or not self._permit_pool.has_free_permit(self.in_flight):
            return None
        taken = lanes.take(self._size(lanes.next_in_turn(retries=retries)), retries=retries, now_s=now_s)
        now = self._clock.now()
        tried = tuple(replace(each, retry_state=each.retry_state.tried(now)) for each in taken)
        call = Call(attempts=tried, permit=self._permit_pool.enter())
        self._in_flight.add(call)
        self.begun += 1
        self._fresh_in_a_row = 0 if retries else self._fresh_in_a_row + 1
        return call

    def returned(self, call: Call, outcomes: Sequence[Outcome]) -> None:
        """The account has answered, or nothing can be said of it (no outcomes): the permit is free."""
        try:
            self._permit_pool.leave(call.permit, outcomes, in_flight=self.in_flight)
        finally:
            self._in_flight.remove(call)

    def _size(self, ready: int) -> int:
        # Only a backlog makes calls larger: a trickle keeps the latency of single records.
        return min(self._permit_pool.largest_batch, math.ceil(ready / max(1, self._permit_pool.permits)))
