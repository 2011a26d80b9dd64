"""What the peers' bench leaves: every run, a table of medians, and a picture."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import measure, report
from tests.bench.contender import OURS, Contender
from tests.bench.figures import Figures
from tests.bench.measure import Window
from tests.bench.run import Evidence
from tests.bench.workloads import Workload

FOLDER = Path(__file__).parent / "results"
COLUMNS = {
    "events_per_s": "events/s",
    "utilisation": "cap used",
    "added_latency_p50_ms": "added p50 ms",
    "added_latency_p99_ms": "added p99 ms",
    "cpu_s_per_1000": "CPU ms/event",
    "rss_mb": "RSS MB",
}
NEVER_BROKEN = {"lost": "lost", "duplicates": "doubled", "order_violations": "out of order"}


@dataclass(slots=True, kw_only=True)
class Results:
    """All runs by the name of their row."""

    cap: int
    window_s: float
    titles: dict[str, str] = field(default_factory=dict)
    runs: defaultdict[str, list[Figures]] = field(default_factory=lambda: defaultdict(list))
    kills: dict[str, Figures] = field(default_factory=dict)

    def add(self, workload: Workload, contender: Contender, figures: Figures) -> None:
        """Take a run without faults."""
        # Only where calls carry many records does it matter what a further one costs.
        share = f", share {workload.share:g}" if contender is OURS else ""
        self.titles[workload.name] = contender.title + share
        self.runs[workload.name].append(figures)

    def add_kill(self, name: str, figures: Figures) -> None:
        """Take the run with kill -9."""
        self.kills[name] = figures

    def as_json(self) -> dict[str, Any]:
        """Medians, and what they are of."""
        return {
            "cap": self.cap,
            "window_s": self.window_s,
            "rounds": max(map(len, self.runs.values())),
            "machine": report.machine() | {"load_average": os.getloadavg()[0]},
            "rows": {name: self._row(name) for name in self.runs},
        }

    def write(self, folder: Path) -> None:
        """Write peers.json, peers.md and peers.png."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "peers.json").write_text(json.dumps(self.as_json(), indent=1) + "\n")
        (folder / "peers.md").write_text(self.markdown())
        draw(self.as_json(), folder / "peers.png")

    def markdown(self) -> str:
        """The table, the fastest first."""
        return markdown(self.as_json())

    def _row(self, name: str) -> dict[str, Any]:
        runs = self.runs[name]
        killed = self.kills.get(name)
        everything = [*runs, *([killed] if killed else [])]
        return {
            "title": self.titles[name],
            **{figure: _median(runs, figure) for figure in (*COLUMNS, "items_per_call", "kept_waiting")},
            **{figure: sum(each[figure] for each in everything) for figure in NEVER_BROKEN},
            "back_after_kill_s": killed["back_at_work_s"] if killed else None,
            "repeats_after_kill": killed["repeats"] if killed else None,
            "membership": runs[0]["membership"],
            "each_events_per_s": [each["events_per_s"] for each in runs],
        }


def back_at_work(evidence: Evidence) -> Figures:
    """From kill -9 until as many permits do useful work as before it: 95 % of them over two seconds."""
    if not evidence.kills:
        return {"back_at_work_s": None}
    kill = evidence.kills[0]
    before = Window(evidence.first_call + 2.0, kill)
    usual = measure.utilisation(evidence.calls, evidence.workload.cap, [before])
    cap = evidence.workload.cap * min(1.0, usual)
    found = measure.recovery_s(evidence.calls, cap, kill, evidence.window.end)
    return {"back_at_work_s": None if found is None else round(found, 1)}


def markdown(results: dict[str, Any]) -> str:
    """A table of what `Results.as_json` gives, the fastest first."""
    rows = sorted(results["rows"].values(), key=lambda row: -row["events_per_s"])
    headings = ["", *COLUMNS.values(), "lost / doubled / out of order", "back after kill -9", "repeats then"]
    lines = [_line(headings), "|---|" + "---:|" * (len(headings) - 1), *(_line(_cells(row)) for row in rows)]
    return "\n".join(lines) + "\n"


def _cells(row: dict[str, Any]) -> list[str]:
    kept = " / ".join(str(row[figure]) for figure in NEVER_BROKEN)
    after = "" if row["back_after_kill_s"] is None else f"{row['back_after_kill_s']:g} s"
    repeats = "" if row["repeats_after_kill"] is None else str(row["repeats_after_kill"])
    return [row["title"], *(shown(row[figure]) for figure in COLUMNS), kept, after, repeats]


def shown(value: float | None) -> str:
    """Three digits; nothing where there is no figure."""
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _median(runs: list[Figures], figure: str) -> float | None:
    known = [each[figure] for each in runs if each[figure] is not None]
    return round(median(known), 4) if known else None


def draw(results: dict[str, Any], path: Path) -> None:
    """Events a second and CPU an event, side by side."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, and needed only here

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - as above

    rows = sorted(results["rows"].values(), key=lambda row: row["events_per_s"])
    names = [row["title"] for row in rows]
    figure, (speed, cost) = plt.subplots(1, 2, figsize=(12, 0.5 * len(rows) + 1.2), sharey=True)
    colors = ["tab:blue" if name.startswith("lago-netsuite") else "silver" for name in names]
    for axis, key, title in (
        (speed, "events_per_s", f"events/s, cap {results['cap']}"),
        (cost, "cpu_s_per_1000", "CPU ms an event"),
    ):
        bars = axis.barh(names, [row[key] for row in rows], color=colors)
        axis.bar_label(bars, fmt="%.3g", padding=3)
        axis.set(title=title)
        axis.margins(x=0.15)
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    plt.close(figure)
