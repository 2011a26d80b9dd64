"""
How many records go into one call, by what a further record costs.

All records of a call have their outcome when its last one has. So a larger call is worth its time only where
the records behind it are done so much sooner: the size is the one at which the records that are ready now are
done soonest on average. With *q* ready records a permit, those behind them in their lanes included, calls of
*k* records and a further record at share *s* of a lone one, they are done in ``q / k`` rounds of
``1 + s·(k - 1)``, on average after ``(1 + s·(k - 1)) · (q / k + 1) / 2``, which is least at
``k = √(q·(1 - s) / s)``. So a lone record goes alone, a backlog in large calls where a further record is
cheap, and one by one where saves are all of a call's time.
"""

from __future__ import annotations

import math

from consumer.limits.failure_rate import LARGEST_BATCH
from consumer.limits.record_cost import RecordCost

NO_GAIN_FROM_SHARE = 0.85
"""From this share of a lone record's time on, a larger call has no gain that stands out of the noise."""
LONG_TIMES = 4.0
"""A call is long when it takes more than this many times as long as that of one record."""
SAMPLE_SIZE = 4
SAMPLE_EVERY = 32
"""Calls of one record for each of another size; after long calls fewer, for the same share of the time."""
FIRST_SAMPLES_EVERY = 4
FEW_CALLS = 32


class BatchSize:
    """
    The size of the next call of one account.

    Now and then a call has another size, at first more often: what calls of one record take is known only
    while there are some, and what larger ones take likewise.
    """

    def __init__(self) -> None:
        self._record_cost = RecordCost()
        self._since_sample = 0

    @property
    def largest_short(self) -> int:
        """The largest number of records in a call that is not long."""
        share = self._record_cost.share
        return 1 + int((LONG_TIMES - 1) / share) if share > 0 else LARGEST_BATCH

    def note(self, records: int, took_s: float) -> None:
        """Add a call that the account has carried out: how many records, and how long it held its permit."""
        if records:
            self._record_cost.note(records, took_s)

    def next_call(self, ready_each: float, *, backlog_each: float, largest: int) -> int:
        """
        The number of records of the call that is taken now.

        Args:
            ready_each: ready lanes for each permit; at 1 or less, each record gets a call of its own.
            backlog_each: records in ready lanes for each permit.
            largest: no more than these.
        """
        if ready_each <= 1 or largest == 1:
            return 1
        size = self.best(backlog_each)
        self._since_sample += 1
        if self._since_sample >= self._sample_every(size):
            self._since_sample = 0
            size = SAMPLE_SIZE if size == 1 else 1
        return min(size, largest, math.ceil(ready_each))

    def best(self, backlog_each: float) -> int:
        """The size at which so many records for each permit are done soonest on average."""
        share = self._record_cost.share
        if share >= NO_GAIN_FROM_SHARE:
            return 1
        in_one_round = min(LARGEST_BATCH, math.ceil(backlog_each))
        if share <= 0:
            return in_one_round
        return max(1, min(in_one_round, int(math.sqrt(backlog_each * (1 - share) / share))))

    def _sample_every(self, size: int) -> float:
        every = FIRST_SAMPLES_EVERY if self._record_cost.calls < FEW_CALLS else SAMPLE_EVERY
        return max(FIRST_SAMPLES_EVERY, every / (1 + self._record_cost.share * (size - 1)))
