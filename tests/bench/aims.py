"""
``python -m tests.bench.aims``: all that the connector should reach, in one run, the median of three rounds.

Twenty minutes on a quiet machine. It prints its progress, and after each round the table, which it
writes to tests/bench/peers/results/aims.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.bench import aim_table, report, run, waiting
from tests.bench.contender import ONE_A_CALL, OURS, Contender
from tests.bench.figures import Figures, figures
from tests.bench.peers import contenders, installation, result_files
from tests.bench.workloads import KILL_EVERY_S, Workload, of_cap, without_limit
from tests.integration.brokers import apache

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"
CORE_OF_ALL_ELSE = 0
EVERY_CORE = os.sched_getaffinity(0)
TERMINATED = 128 + signal.SIGTERM
PAYMENTS = 10_000
WINDOW_S, WARM_UP_S = 10.0, 4.0
SPEED_WINDOW_S, SPEED_WARM_UP_S = 15.0, 10.0
LIMIT_S = 300
RATIO_FILE = BUILD / "bench-ingest-ratio.json"

Found = dict[str, float | None]


def main() -> int:
    """Measure round after round, print and write the table after each."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.aims", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--results", type=Path, default=result_files.FOLDER)
    chosen = parser.parse_args()
    installation.install()
    os.sched_setaffinity(0, {CORE_OF_ALL_ELSE})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    shutil.rmtree(BUILD / "bench-aims", ignore_errors=True)
    rounds: defaultdict[str, list[float | None]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="bench-") as place, apache.run(Path(place)) as address:
        for number in range(chosen.rounds):
            for name, value in _round(chosen.only, address, BUILD / "bench-aims" / str(number)):
                rounds[name].append(value)
            _write(rounds, chosen.results)
    return 0


def _round(parts: list[str], address: str, folder: Path) -> Iterator[tuple[str, float | None]]:
    broken = 0
    for part in parts:
        begun_s = time.monotonic()
        try:
            found = PARTS[part](address, folder / part)
        except Exception as error:  # noqa: BLE001 - a part that fails leaves the others their quarter of an hour
            print(folder.name, part, f"failed: {error!r}", flush=True)  # noqa: T201 - progress of a command
            continue
        broken += int(found.pop("broken", 0) or 0)
        print(folder.name, part, found, f"took {time.monotonic() - begun_s:.0f} s", flush=True)  # noqa: T201
        yield from found.items()
    yield "broken", broken


def _write(rounds: aim_table.Rounds, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    about = {"machine": report.machine(), "load_average": os.getloadavg()[0], "rounds": rounds}
    (folder / "aims.json").write_text(json.dumps(about, indent=1) + "\n")
    (folder / "aims.md").write_text(aim_table.markdown(rounds))
    print(aim_table.markdown(rounds), flush=True)  # noqa: T201 - a command's output


def _measured(workload: Workload, address: str, folder: Path, contender: Contender = OURS) -> Figures:
    into = folder / workload.name
    into.mkdir(parents=True)
    return figures(asyncio.run(run.run(workload, address, into, contender=contender)))


def _broken(*runs: Figures) -> int:
    return sum(int(each[name]) for each in runs for name in result_files.NEVER_BROKEN)


def _short(workload: Workload) -> Workload:
    return replace(workload, feed_s=WINDOW_S, warm_up_s=WARM_UP_S)


def _capped(cap: int) -> Workload:
    """From the eleventh second on: the first ones show our worker what a further record costs."""
    return replace(of_cap(cap), feed_s=SPEED_WINDOW_S, warm_up_s=SPEED_WARM_UP_S)


def _cpu(address: str, folder: Path) -> Found:
    """Without any limit, so that nothing is measured but our own work."""
    workload = _short(without_limit(5_000))
    one = _measured(replace(workload, name="one"), address, folder, ONE_A_CALL)
    many = _measured(replace(workload, name="many"), address, folder)
    return {
        "cpu_ms_one": one["cpu_s_per_1000"],
        "cpu_ms_no_limit": many["cpu_s_per_1000"],
        "items_one": one["items_per_call"],
        "items_no_limit": many["items_per_call"],
        "broken": _broken(one, many),
    }


def _speed(address: str, folder: Path) -> Found:
    """Our worker at each share beside Parallel Consumer, which puts one record into a call at any share."""
    peer = _measured(
        replace(_capped(15), name="peer", ahead=6_000), address, folder, contenders.PARALLEL_CONSUMER
    )
    at_15 = {share: _measured(_capped(15).at_share(share), address, folder) for share in (0.05, 0.5, 1.0)}
    at_65 = _measured(_capped(65), address, folder)
    ratios = {
        f"ratio_{share:g}": round(each["events_per_s"] / peer["events_per_s"], 2)
        for share, each in at_15.items()
    }
    return {
        **ratios,
        "cpu_ms_many": at_65["cpu_s_per_1000"],
        "items_many": at_65["items_per_call"],
        "p99_ms_15": at_15[0.05]["added_latency_p99_ms"],
        "p99_ms_65": at_65["added_latency_p99_ms"],
        "rss_mb": max(at_15[0.05]["rss_mb"], at_65["rss_mb"]),
        "peer_events_per_s": peer["events_per_s"],
        "broken": _broken(peer, at_65, *at_15.values()),
    }


def _kills(address: str, folder: Path) -> Found:
    """W7, shortened to two kills."""
    workload = Workload(
        name="W7",
        title="kill -9",
        workers=3,
        ahead=1_000,
        lanes=250,
        drain=True,
        feed_s=2 * KILL_EVERY_S + 12.0,
        warm_up_s=WARM_UP_S,
        kill_every_s=KILL_EVERY_S,
        quiet_before_end_s=10.0,
    )
    found = _measured(workload, address, folder)
    return {"used_after_kill": found["utilisation"], "kills": found["kills"], "broken": _broken(found)}


def _waiting(address: str, folder: Path) -> Found:
    """New invoices beside payments of invoices that never come."""
    folder.mkdir(parents=True)
    found = asyncio.run(waiting.measured(address, folder, PAYMENTS))
    return {"fresh_s": found.called_s[0], "fresh_longest_s": found.called_s[1]}


def _ingest(_: str, __: Path) -> Found:
    """One round of the bench that loads ingest and bare starlette in turn."""
    RATIO_FILE.unlink(missing_ok=True)
    _run([sys.executable, "-m", "tests.bench.ingest_ratio", "--rounds", "1"])
    found = json.loads(RATIO_FILE.read_text()) if RATIO_FILE.is_file() else {}
    return {"ingest_ratio": found.get("cpu_ratio"), "ingest_rate_ratio": found.get("rate_ratio")}


def _demo(_: str, __: Path) -> Found:
    """From the command to its exit code."""
    begun_s = time.monotonic()
    status = _run(["make", "--no-print-directory", "demo"])
    return {"demo_s": None if status else round(time.monotonic() - begun_s, 1)}


def _run(command: list[str]) -> int:
    # What is started here has the whole machine, as at its users.
    started = subprocess.run(
        ["taskset", "-c", ",".join(map(str, sorted(EVERY_CORE))), *command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=LIMIT_S,
        check=False,
    )
    return started.returncode


PARTS: dict[str, Callable[[str, Path], Found]] = {
    "cpu": _cpu,
    "speed": _speed,
    "kills": _kills,
    "waiting": _waiting,
    "ingest": _ingest,
    "demo": _demo,
}


if __name__ == "__main__":
    raise SystemExit(main())
