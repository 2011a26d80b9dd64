"""The retry schedule of a failed webhook: Svix's schedule with jitter."""

from __future__ import annotations

from collections.abc import Callable

MINUTE_S, HOUR_S = 60.0, 3_600.0
DELAYS_S = (5.0, 5 * MINUTE_S, 30 * MINUTE_S, 2 * HOUR_S, 5 * HOUR_S, 10 * HOUR_S, 10 * HOUR_S)
"""
Delays after the first attempt, the second, and so on, in seconds; svix-webhooks ``config.default.toml``.
"""
SPREAD = 0.2
LONGEST_RETRY_AFTER_S = 24 * HOUR_S

Jitter = Callable[[], float]
"""Returns a random number in [0, 1)."""


def delay_s(
    failures: int, retry_after_s: float | None, jitter: Jitter, delays_s: tuple[float, ...] = DELAYS_S
) -> float | None:
    """
    Seconds until the next attempt after `failures` failed ones; None when there is none.

    A longer ``Retry-After`` extends the delay, up to a day; a shorter one does not reduce it.
    """
    if failures > len(delays_s):
        return None
    planned_s = delays_s[max(0, failures - 1)] * (1 - SPREAD + 2 * SPREAD * jitter())
    return max(planned_s, min(retry_after_s or 0.0, LONGEST_RETRY_AFTER_S))
