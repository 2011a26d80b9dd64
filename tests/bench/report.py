"""The report: build/bench.json, a table for the terminal, and utilisation over time as a picture."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table

from tests.bench import measure
from tests.bench.figures import Figures
from tests.bench.run import Evidence

COLUMNS = {
    "utilisation": "used",
    "added_latency_p50_ms": "added p50 ms",
    "added_latency_p99_ms": "added p99 ms",
    "lost": "lost",
    "duplicates": "doubled",
    "order_violations": "order",
    "refused_per_1000": "refused ‰",
    "cpu_s_per_1000": "CPU s/1000",
    "rss_mb": "RSS MB",
    "rss_growth_mb": "grown MB",
    "events_per_s": "events/s",
    "recovery_s": "recovery s",
    "repeats": "repeats",
    "kept_waiting": "kept waiting",
}


UNDISTURBED_BELOW = 0.1


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound that a figure should keep."""

    figure: str
    bound: float
    is_floor: bool = False

    def is_met(self, figures: Figures) -> bool:
        """Whether the figure keeps the bound; a missing figure does not."""
        value = figures.get(self.figure)
        if value is None:
            return False
        return bool(value >= self.bound if self.is_floor else value <= self.bound)


EVERYWHERE = (
    Goal("lost", 0),
    Goal("duplicates", 0),
    Goal("order_violations", 0),
    Goal("cpu_s_per_1000", 3.0),
)
QUIET = (Goal("refused_per_1000", 0),)
GOALS: dict[str, tuple[Goal, ...]] = {
    "W1": (Goal("utilisation", 0.97, is_floor=True), Goal("rss_mb", 200), *QUIET),
    "W2": (Goal("utilisation", 0.95, is_floor=True), *QUIET),
    "W6": (Goal("recovery_s", 10),),
    "W7": (Goal("recovery_s", 20),),
    "W9-5": (Goal("utilisation", 0.98, is_floor=True), *QUIET),
    "W9-15": (Goal("utilisation", 0.98, is_floor=True), *QUIET),
    "W9-65": (Goal("utilisation", 0.95, is_floor=True), *QUIET),
    "W10": (Goal("added_latency_p50_ms", 15), Goal("added_latency_p99_ms", 100), *QUIET),
}


def goals(name: str) -> tuple[Goal, ...]:
    """What a workload should reach, whatever a further record of a call costs."""
    name = name.partition("@")[0]
    # The few calls of a trickle say nothing of what a call costs: what an idle worker does comes with them.
    common = EVERYWHERE[:-1] if name == "W10" else EVERYWHERE
    return (*common, *GOALS.get(name, ()))


@dataclass(slots=True, kw_only=True)
class Report:
    """What has been measured so far."""

    scale: float
    latency: float
    broker: str
    workloads: dict[str, Figures] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def add(self, evidence: Evidence, figures: Figures) -> None:
        """Take the figures of a run."""
        name = evidence.workload.name
        self.evidence[name] = evidence
        self.workloads[name] = figures | {
            "missed": [each.figure for each in goals(name) if not each.is_met(figures)]
        }

    def as_json(self) -> dict[str, Any]:
        """The file's content."""
        return {
            "workloads": self.workloads,
            "scale": {"time": self.scale, "latency": self.latency},
            "broker": self.broker,
            "machine": machine(),
        }

    def write(self, folder: Path) -> None:
        """Write bench.json and bench.png."""
        folder.mkdir(exist_ok=True)
        (folder / "bench.json").write_text(json.dumps(self.as_json(), indent=1) + "\n")
        draw(self.evidence, folder / "bench.png")

    def table(self) -> Table:
        """The figures side by side; red is what misses its goal."""
        table = Table(title=f"{self.broker}, time x {self.scale:g}, latency x {self.latency:g}")
        table.add_column("")
        for heading in COLUMNS.values():
            table.add_column(heading, justify="right")
        for name, figures in self.workloads.items():
            table.add_row(name, *(_cell(figures, column) for column in COLUMNS))
        if disturbed := self.disturbed():
            table.caption = f"disturbed by other programs, measure again: {', '.join(disturbed)}"
        return table

    def disturbed(self) -> list[str]:
        """The workloads whose worker had to wait for its core; several workers share one."""
        alone = {name: figures for name, figures in self.workloads.items() if figures["workers"] == 1}
        return [name for name, each in alone.items() if (each["kept_waiting"] or 0) > UNDISTURBED_BELOW]


def machine() -> dict[str, Any]:
    """Where it was measured."""
    cpu = Path("/proc/cpuinfo").read_text()
    models = [line.partition(":")[2].strip() for line in cpu.splitlines() if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def draw(evidence: dict[str, Evidence], path: Path) -> None:
    """Utilisation over time, and memory below it, one pair a workload."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, and needed only here

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - as above

    figure, axes = plt.subplots(len(evidence), 2, figsize=(14, 2.2 * len(evidence)), squeeze=False)
    for (used, memory), (name, each) in zip(axes, evidence.items(), strict=True):
        begin, end = each.first_call, max([each.window.end, *(call.t_out for call in each.calls)])
        shown = measure.over_time(each.calls, each.workload.cap, measure.Window(begin, end))
        used.plot(range(len(shown)), shown, linewidth=1)
        used.axvspan(each.window.begin - begin, each.window.end - begin, alpha=0.08)
        for kill in each.kills:
            used.axvline(kill - begin, color="tab:red", linewidth=0.8)
        used.set(ylim=(0, 1.05), ylabel=name, title=each.workload.title, xlabel="s")
        memory.plot([s.at - begin for s in each.samples], [s.usage.rss_mb for s in each.samples], linewidth=1)
        memory.set(ylabel="RSS MB", xlabel="s", ylim=(0, None))
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _cell(figures: Figures, column: str) -> str:
    value = figures.get(column)
    text = "" if value is None else f"{value:g}"
    if column in figures["missed"]:
        return f"[red]{text or 'none'}[/red]"
    return text
