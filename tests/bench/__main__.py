"""``python -m tests.bench [W1 …]``: measure, and write build/bench.json and build/bench.png."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.bench import report, run, workloads
from tests.bench.figures import figures
from tests.bench.service_times import SHARE_OF_THE_OTHERS
from tests.integration.brokers import selection

BUILD = Path(__file__).parents[2] / "build"
CORE_OF_ALL_ELSE = 0
SCALE = 0.15
TERMINATED = 128 + signal.SIGTERM
TABLE_COLUMNS = 160


def main() -> int:
    """Read the command line, measure one workload after another, report."""
    chosen = _arguments()
    console = Console(width=max(TABLE_COLUMNS, Console().width))
    broker = selection.chosen()
    if broker is None:
        console.print("no broker: see tests/integration/brokers")
        return 1
    # What this process starts inherits the core: broker and stub; workers are given another one.
    os.sched_setaffinity(0, {CORE_OF_ALL_ELSE})
    # By default SIGTERM would leave broker, stub and workers behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    # While new topics find their leaders, the client speaks of every retry.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    told = report.Report(scale=chosen.scale, latency=chosen.latency, broker=broker.label)
    folder = BUILD / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as place, broker.run(Path(place)) as address:
        for workload in chosen.workloads:
            console.print(f"{workload.name}: {workload.title}, {workload.feed_s:.0f} s")
            (folder / workload.name).mkdir(parents=True)
            evidence = asyncio.run(run.run(workload, address, folder / workload.name, latency=chosen.latency))
            told.add(evidence, figures(evidence))
            told.write(BUILD)
    console.print(told.table())
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="WORKLOAD", help="W1, W9, W9-65 …; all when none is named"
    )
    parser.add_argument("--scale", type=float, default=SCALE, help=f"of the length of runs (default {SCALE})")
    parser.add_argument("--latency", type=float, default=1.0, help="factor on NetSuite's service times")
    parser.add_argument(
        "--soak", type=float, default=os.environ.get("SOAK"), help="minutes; only the soak then (or SOAK=…)"
    )
    parser.add_argument(
        "--steady", type=float, default=os.environ.get("STEADY"), help="minutes without faults (or STEADY=…)"
    )
    parser.add_argument(
        "--share",
        type=float,
        action="append",
        help="of its own time that a further record of a call costs; several times for several shares",
    )
    chosen = parser.parse_args()
    try:
        named = workloads.chosen(tuple(chosen.names))
    except ValueError as error:
        parser.error(str(error))
    shares = chosen.share or [SHARE_OF_THE_OTHERS]
    long = [workloads.soak(float(chosen.soak))] if chosen.soak else []
    long += [workloads.steady(float(chosen.steady))] if chosen.steady else []
    scaled = [each.scaled(chosen.scale) for each in named]
    chosen.workloads = [each.at_share(share) for each in long or scaled for share in shares]
    return chosen


if __name__ == "__main__":
    raise SystemExit(main())
