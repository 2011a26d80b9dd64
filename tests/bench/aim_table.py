"""What the connector should reach, each figure with its bound, and the table of what it did reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Rounds = Mapping[str, Sequence[float | None]]
"""The figures of each round by their name; None where a round had no such figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A bound that the median of a figure should keep."""

    figure: str
    title: str
    bound: float
    is_floor: bool = False

    def row(self, values: Sequence[float | None]) -> str:
        """A line of the table; what was not measured meets nothing."""
        known = [each for each in values if each is not None]
        middle = median(known) if len(known) == len(values) and known else None
        rounds = ", ".join("none" if each is None else _shown(each) for each in values)
        cells = [
            self.title,
            self._bound(),
            "none" if middle is None else _shown(middle),
            rounds,
            self._word(middle),
        ]
        return f"| {' | '.join(cells)} |"

    def _bound(self) -> str:
        return f"{'≥' if self.is_floor else '≤'} {self.bound:g}"

    def _word(self, value: float | None) -> str:
        if value is None:
            return "not measured"
        return "yes" if (value >= self.bound if self.is_floor else value <= self.bound) else "**no**"


AIMS = (
    Aim(figure="cpu_ms_one", title="CPU ms an event, calls of one (no limit)", bound=1.5),
    Aim(figure="cpu_ms_many", title="CPU ms an event, calls of many (cap 65)", bound=0.9),
    Aim(figure="p99_ms_15", title="added p99 ms, cap 15", bound=60),
    Aim(figure="p99_ms_65", title="added p99 ms, cap 65", bound=100),
    Aim(figure="ratio_0.05", title="events/s against Parallel Consumer, share 0.05", bound=4, is_floor=True),
    Aim(figure="ratio_0.5", title="the same, share 0.5", bound=1.3, is_floor=True),
    Aim(figure="ratio_1", title="the same, share 1", bound=1, is_floor=True),
    Aim(figure="used_after_kill", title="cap used while workers are killed (W7)", bound=0.95, is_floor=True),
    Aim(figure="rss_mb", title="RSS MB, 20,000 waiting, the larger of both caps", bound=160),
    Aim(figure="ingest_ratio", title="ingest of bare starlette's CPU a webhook", bound=0.85, is_floor=True),
    Aim(figure="fresh_s", title="s to the call of a new invoice beside 10,000 payments", bound=1),
    Aim(figure="demo_s", title="s of `make demo`", bound=15),
    Aim(figure="broken", title="lost, doubled and out of order, all runs", bound=0),
)


def markdown(rounds: Rounds) -> str:
    """The table of all aims."""
    head = ["| | aim | median | rounds | met |", "|---|---|---:|---|---|"]
    return "\n".join([*head, *(aim.row(rounds.get(aim.figure, ())) for aim in AIMS)]) + "\n"


def _shown(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
