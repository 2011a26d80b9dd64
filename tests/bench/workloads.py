"""
What is measured: how many events, on how many lanes, against which cap, with what going wrong.

All times are those of a full run; `scaled` shortens them. A backlog is kept `ahead` of the worker until the
feeding ends, so that neither a fast nor a slow worker ever lacks work inside of the measured window.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.bench.account import Faults
from tests.bench.service_times import SHARE_OF_THE_OTHERS

SHORTEST_FEED_S = 40.0
NO_FAULTS = Faults()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """
    One measurement.

    Attributes:
        zipf: exponent of the lanes' popularity; None for `lanes` equally popular ones.
        ahead: events that wait for the worker at any time; 0 when `rate_per_s` says when they come.
        feed_s: how long events keep coming, at `scale` 1.
        least_feed_s: what `scale` never shortens it below.
        drain: whether to go on until everything is settled, or to stop the worker with work left.
        poisoned_share: of `feed_s` in which the first event of each partition fails.
        undecodable: records that are no Lago event.
        share: how much of its own time each further record of a call costs, from 0 to 1.
        latency: factor on NetSuite's service times.
        warm_up_s: from the moment when all workers are ready until the window begins.
        quiet_before_end_s: how long before the end of the feeding no worker is killed any more.
    """

    name: str
    title: str
    cap: int = 15
    workers: int = 1
    partitions: int = 12
    lanes: int = 5_000
    zipf: float | None = None
    ahead: int = 20_000
    rate_per_s: float = 0.0
    feed_s: float = 600.0
    least_feed_s: float = SHORTEST_FEED_S
    drain: bool = False
    faults: Faults = NO_FAULTS
    poisoned_share: float = 0.0
    undecodable: int = 0
    kill_every_s: float = 0.0
    share: float = SHARE_OF_THE_OTHERS
    latency: float = 1.0
    warm_up_s: float = 10.0
    quiet_before_end_s: float = 22.0

    def scaled(self, scale: float) -> Workload:
        """The same for a shorter time."""
        return replace(self, feed_s=max(self.least_feed_s, self.feed_s * scale))

    def at_share(self, share: float) -> Workload:
        """The same where a further record of a call costs this share of its own time."""
        name = self.name if share == self.share else f"{self.name}@{share:g}"
        return replace(self, name=name, share=share)


MIXED = Faults(unavailable=0.01, dropped=0.005, rejected=0.002)

W6_BEFORE_S, W6_OUTAGE_S, W6_AFTER_S = 30.0, 60.0, 45.0
KILL_EVERY_S = 20.0
CAPS = (5, 15, 40, 65)
WAITING = (1_000, 10_000, 100_000, 1_000_000)
SHORT_FEED_S = 20.0


def of_cap(cap: int) -> Workload:
    """W9 at one cap."""
    return Workload(name=f"W9-{cap}", title=f"cap {cap}", cap=cap, feed_s=300.0)


def without_limit(waiting: int) -> Workload:
    """W11: NetSuite responds at once, so that only our own work takes time, while so many events wait."""
    return Workload(
        name=f"W11-{waiting}",
        title=f"no limit: {waiting:,} events wait".replace(",", " "),
        cap=50,
        latency=0.0,
        lanes=max(5_000, waiting),
        ahead=waiting,
        feed_s=120.0,
        least_feed_s=SHORT_FEED_S,
    )


ALL: tuple[Workload, ...] = (
    Workload(name="W1", title="uniform: 20 000 events wait on 5 000 lanes"),
    Workload(name="W2", title="skew: lanes by Zipf 1.1", zipf=1.1),
    Workload(
        name="W3",
        title="mixed faults",
        ahead=1_000,
        lanes=250,
        drain=True,
        feed_s=400.0,
        faults=MIXED,
        undecodable=3,
    ),
    Workload(
        name="W4",
        title="poison heads: one event of each of 3 partitions fails",
        ahead=2_000,
        lanes=200,
        partitions=3,
        drain=True,
        feed_s=450.0,
        least_feed_s=60.0,
        poisoned_share=2 / 3,
    ),
    Workload(
        name="W6",
        title="outage: 60 s of maintenance",
        ahead=1_000,
        lanes=250,
        drain=True,
        feed_s=W6_BEFORE_S + W6_OUTAGE_S + W6_AFTER_S,
        least_feed_s=W6_BEFORE_S + W6_OUTAGE_S + W6_AFTER_S,
        faults=Faults(outage_from_s=W6_BEFORE_S, outage_s=W6_OUTAGE_S),
    ),
    Workload(
        name="W7",
        title="crash: kill -9 of a random worker of 3 every 20 s",
        workers=3,
        ahead=1_000,
        lanes=250,
        drain=True,
        least_feed_s=85.0,
        kill_every_s=KILL_EVERY_S,
    ),
    *map(of_cap, CAPS),
    Workload(
        name="W10",
        title="trickle: 2 events a second",
        lanes=200,
        ahead=0,
        rate_per_s=2.0,
        least_feed_s=100.0,
        drain=True,
    ),
)

FLAT: tuple[Workload, ...] = tuple(map(without_limit, WAITING))


def soak(minutes: float) -> Workload:
    """W3 and W7 together for a while."""
    return Workload(
        name="soak",
        title="soak: mixed faults and crashes",
        workers=3,
        ahead=1_000,
        lanes=20_000,
        drain=True,
        feed_s=minutes * 60,
        least_feed_s=minutes * 60,
        faults=MIXED,
        undecodable=3,
        kill_every_s=KILL_EVERY_S,
    )


def steady(minutes: float) -> Workload:
    """W1 for a while, without faults and crashes: what it needs of memory must not grow."""
    return Workload(
        name="steady", title="steady: no faults", feed_s=minutes * 60, least_feed_s=minutes * 60, drain=True
    )


def chosen(names: tuple[str, ...]) -> tuple[Workload, ...]:
    """
    Workloads by name, ``W9`` standing for all of its caps; all but W11 without names.

    Raises:
        ValueError: a name is none of ours.
    """
    everything = (*ALL, *FLAT)
    unknown = [name for name in names if not any(_is_meant(name, each) for each in everything)]
    if unknown:
        known = ", ".join(each.name for each in everything)
        raise ValueError(f"no such workload: {', '.join(unknown)}; there are {known}")
    return (
        tuple(each for each in everything if any(_is_meant(name, each) for name in names)) if names else ALL
    )


def _is_meant(name: str, workload: Workload) -> bool:
    return workload.name == name or workload.name.startswith(f"{name}-")
