"""How often one person or one address may ask for something."""

from __future__ import annotations

from collections import OrderedDict

from consumer.clock import Clock

LARGEST_COUNT = 10_000
"""Of names that are remembered; the one that asked longest ago is forgotten first."""


class RateLimit:
    """A bucket of permits for each name: full at first, filled again evenly."""

    def __init__(self, clock: Clock, *, burst: int, per_minute: float) -> None:
        self._clock = clock
        self._burst = float(burst)
        self._per_s = per_minute / 60
        self._known: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """Take a permit; gives 0, or after how many seconds there is one again."""
        now_s = self._clock.monotonic_s()
        permits, since_s = self._known.pop(name, (self._burst, now_s))
        permits = min(self._burst, permits + (now_s - since_s) * self._per_s)
        is_free = permits >= 1
        self._known[name] = (permits - is_free, now_s)
        if len(self._known) > LARGEST_COUNT:
            self._known.popitem(last=False)
        return 0.0 if is_free else (1 - permits) / self._per_s
