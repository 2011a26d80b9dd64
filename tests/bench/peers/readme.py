"""
``python -m tests.bench.peers.readme``: put the peers' table of the last run into the README, as it came out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.bench.peers import result_files

README = Path(__file__).parents[3] / "README.md"
BEGIN, END = "<!-- bench-peers -->\n", "<!-- bench-peers end -->\n"
TITLES = {
    "ours": "ours, share 0.05",
    "ours@0.5": "ours, share 0.5",
    "ours@1": "ours, share 1",
    "ours-1": "ours, one record a call",
    "parallel-consumer": "Confluent Parallel Consumer",
    "arroyo": "Arroyo",
    "gather": "aiokafka, gather",
    "quix": "Quix Streams",
    "faststream": "FastStream",
}
FIGURES = {
    "events/s": "events_per_s",
    "cap used": "utilisation",
    "CPU ms an event": "cpu_s_per_1000",
    "added p99 ms": "added_latency_p99_ms",
    "RSS MB": "rss_mb",
}


def main() -> int:
    """Rewrite the lines between the two marks."""
    results = json.loads((result_files.FOLDER / "peers.json").read_text())
    README.write_text(rewritten(README.read_text(), table(results)))
    return 0


def rewritten(page: str, lines: str) -> str:
    """The page with other lines between the marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{lines}{END}{after}"


def table(results: dict[str, Any]) -> str:
    """A line a contender."""
    headings = [*FIGURES, "lost / doubled / out of order", "s until back after kill -9"]
    first = [f"cap {results['cap']}, {_load(results)}", *headings]
    known = {name: title for name, title in TITLES.items() if name in results["rows"]}
    lines = [[title, *_cells(results["rows"][name])] for name, title in known.items()]
    return "".join(
        f"| {' | '.join(cells)} |\n" for cells in (first, ["---", *["---:"] * len(headings)], *lines)
    )


def _cells(row: dict[str, Any]) -> list[str]:
    kept = " / ".join(str(row[each]) for each in result_files.NEVER_BROKEN)
    back = "" if row["back_after_kill_s"] is None else f"{row['back_after_kill_s']:g}"
    return [*(result_files.shown(row[figure]) for figure in FIGURES.values()), kept, back]


def _load(results: dict[str, Any]) -> str:
    return f"load average {results['machine']['load_average']:.0f}"


if __name__ == "__main__":
    raise SystemExit(main())
