"""When a webhook that failed is posted again, and when no more: Svix's schedule, jittered."""

from __future__ import annotations

from collections.abc import Callable

MINUTE_S, HOUR_S = 60.0, 3_600.0
DELAYS_S = (5.0, 5 * MINUTE_S, 30 * MINUTE_S, 2 * HOUR_S, 5 * HOUR_S, 10 * HOUR_S, 10 * HOUR_S)
"""After the first attempt, the second, and so on; svix-webhooks ``config.default.toml``."""
SPREAD = 0.2
LONGEST_RETRY_AFTER_S = 24 * HOUR_S

Jitter = Callable[[], float]
"""A number in [0, 1), another one at each call."""


def delay_s(
    failures: int, retry_after_s: float | None, jitter: Jitter, delays_s: tuple[float, ...] = DELAYS_S
) -> float | None:
    """
    Seconds until the next attempt after so many have failed; None when there is none.

    An endpoint that asks for more time gets it, up to a day; less than the schedule's it does not get.
    """
    if failures > len(delays_s):
        return None
    planned_s = delays_s[max(0, failures - 1)] * (1 - SPREAD + 2 * SPREAD * jitter())
    return max(planned_s, min(retry_after_s or 0.0, LONGEST_RETRY_AFTER_S))
