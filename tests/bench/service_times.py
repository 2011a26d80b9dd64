"""
Service times and faults as pure functions of event and attempt: every run has the same ones.

They have no state, so two compared connectors get identical latencies in any order of calls.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist

MEDIAN_S = 0.4
P99_S = 3.0
LONGEST_S = 10.0
SHARE_OF_THE_OTHERS = 0.05

_NORMAL = NormalDist()
_SIGMA = math.log(P99_S / MEDIAN_S) / _NORMAL.inv_cdf(0.99)
_RANGE = 2**64


def draw(*names: object) -> float:
    """A pseudo-random number strictly between 0 and 1, the same for the same names."""
    text = "\x1f".join(map(str, names)).encode()
    number = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
    return (number + 0.5) / (_RANGE + 1)


def happens(probability: float, *names: object) -> bool:
    """Whether an event of this probability occurs for these names."""
    return draw(*names) < probability


def service_s(event: Sequence[object], attempt: int, factor: float = 1.0) -> float:
    """How long one item takes: lognormal, median 0.4 s, 99th percentile 3 s, at most 10 s, times `factor`."""
    drawn_s = MEDIAN_S * math.exp(_SIGMA * _NORMAL.inv_cdf(draw("service", *event, attempt)))
    return min(LONGEST_S, drawn_s) * factor


def together_s(each_s: Iterable[float], share: float = SHARE_OF_THE_OTHERS) -> float:
    """
    How long a call of several items takes: as its slowest, and a share of the times of all others.

    With a share of 1 each record takes its whole time, as when saves dominate; no source says which it is.
    """
    times_s = list(each_s)
    slowest_s = max(times_s)
    return slowest_s + share * (sum(times_s) - slowest_s)
