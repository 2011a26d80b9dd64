"""
How much of a call's time a further record of it costs, by the times of the account's calls of each size.

A call of *k* records takes about ``a + b·(k - 1)`` seconds: login, network and start of the script are in *a*
once, and each record has its save. No page of Oracle's says what ``b / a`` is, and it differs by account (its
scripts, workflows and forms run at every save), so it is measured: a mean of the calls of one record, one of
the calls of more. Service times have a long tail, so a time counts at most as a few times the mean before.
"""

from __future__ import annotations

LONGEST_SHARE = 4.0
"""A further record that costs more than this many calls of one is taken to cost as much."""
PRESUMED_SHARE = 1.0
"""Of an account of which nothing is known: a large call that is not worth it holds its permit for long."""
PRESUMED_CALLS = 5
"""The presumed share counts as this many calls."""
MEMORY_CALLS = 256
TIME_COUNTS_AT_MOST = 4.0


class Mean:
    """
    The mean time and number of records of calls, the last `MEMORY_CALLS` weighing most; times are in seconds.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.time_s = 0.0
        self.records = 0.0

    def add(self, records: int, took_s: float) -> None:
        """Add a call; what one slow call says is limited, what many say is not."""
        self.calls += 1
        weight = 1 / min(self.calls, MEMORY_CALLS)
        self.records += weight * (records - self.records)
        if self.calls > 1:
            took_s = min(took_s, TIME_COUNTS_AT_MOST * self.time_s * max(1.0, records / self.records))
        self.time_s += weight * (took_s - self.time_s)


class RecordCost:
    """The cost of a further record, for one account in this worker."""

    def __init__(self) -> None:
        self._of_one = Mean()
        self._of_more = Mean()

    @property
    def share(self) -> float:
        """The time that a further record adds to a call, as a share of the time of a call of one record."""
        calls = self.calls
        return (calls * self._measured + PRESUMED_CALLS * PRESUMED_SHARE) / (calls + PRESUMED_CALLS)

    @property
    def calls(self) -> int:
        """How many calls of the kind that is known less, of one record or of more, are known."""
        return min(self._of_one.calls, self._of_more.calls)

    def note(self, records: int, took_s: float) -> None:
        """Add a call that the account has carried out: how many records, and how long it held its permit."""
        (self._of_one if records == 1 else self._of_more).add(records, took_s)

    @property
    def _measured(self) -> float:
        if not self.calls or self._of_one.time_s <= 0:
            return PRESUMED_SHARE
        further_s = (self._of_more.time_s - self._of_one.time_s) / (self._of_more.records - 1)
        return min(LONGEST_SHARE, max(0.0, further_s / self._of_one.time_s))
