"""
The account's concurrency limit: calls beyond it are refused at once, none is queued.

Oracle help pages section_1500275531 and bridgehead_1500275603; a part of the limit may be allocated to one
integration, and the other integrations share the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from consumer.sandbox.netsuite.login_audit import Accepted
from consumer.sandbox.netsuite.profile import Profile

_SHARED = ""


class ConcurrencyLimit:
    """Counts calls in flight, refused calls, and the largest number of calls in flight."""

    def __init__(self, profile: Profile) -> None:
        self.adopt(profile)
        self._running: Counter[str] = Counter()
        self.calls = 0
        self.refused = 0
        self.peak = 0

    def adopt(self, profile: Profile) -> None:
        """Use the limit of this profile from now on."""
        self._set_aside = sum(one.concurrency or 0 for one in profile.integrations)
        self._cap = profile.concurrency

    @property
    def running(self) -> int:
        """Calls in flight."""
        return self._running.total()

    @contextmanager
    def enter(self, login: Accepted) -> Iterator[bool]:
        """Count one call as in flight while the block runs; yields False when it must be refused."""
        self.calls += 1
        pool = login.integration if login.concurrency is not None else _SHARED
        cap = self._cap - self._set_aside if login.concurrency is None else login.concurrency
        if self._running[pool] >= cap:
            self.refused += 1
            yield False
            return
        self._running[pool] += 1
        self.peak = max(self.peak, self.running)
        try:
            yield True
        finally:
            self._running[pool] -= 1
