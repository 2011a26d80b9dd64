"""
The account's cap on calls under way: the excess is refused at once, nothing ever queues.

Oracle help pages section_1500275531 and bridgehead_1500275603; a part of the cap may be set aside for one
integration, and the rest serves the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from consumer.sandbox.netsuite.login_audit import Accepted
from consumer.sandbox.netsuite.profile import Profile

_SHARED = ""


class ConcurrencyLimit:
    """Counts calls under way and remembers how it went."""

    def __init__(self, profile: Profile) -> None:
        self.adopt(profile)
        self._running: Counter[str] = Counter()
        self.calls = 0
        self.refused = 0
        self.peak = 0

    def adopt(self, profile: Profile) -> None:
        """Keep to the cap of this profile from now on."""
        self._set_aside = sum(one.concurrency or 0 for one in profile.integrations)
        self._cap = profile.concurrency

    @property
    def running(self) -> int:
        """Calls under way."""
        return self._running.total()

    @contextmanager
    def enter(self, login: Accepted) -> Iterator[bool]:
        """Hold a place for one call; False when there is none and the call must be refused."""
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
