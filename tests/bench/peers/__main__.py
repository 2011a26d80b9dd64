"""
``python -m tests.bench.peers``: our worker beside other connectors, by turns, round after round.

Same events on the same topics, same requests, same stub, same call log. What a further record of a call costs
concerns only those who put several into one, so only our worker is measured at each share. In the last part
each is killed by kill -9 in the middle and started again.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import run
from tests.bench.contender import OURS, Contender
from tests.bench.figures import Figures, figures
from tests.bench.peers import contenders, installation, result_files
from tests.bench.workloads import Workload
from tests.integration.brokers import apache

BUILD = Path(__file__).parents[3] / "build" / "bench-peers"
CORE_OF_ALL_ELSE = 0
TERMINATED = 128 + signal.SIGTERM
SHARES = (0.05, 0.5, 1.0)
SHOWN = (
    "events_per_s",
    "utilisation",
    "cpu_s_per_1000",
    "lost",
    "duplicates",
    "order_violations",
    "kept_waiting",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One run of one contender."""

    contender: Contender
    workload: Workload


def main() -> int:
    """Install, measure by turns, write table and picture after each round."""
    chosen = _arguments()
    installation.install()
    os.sched_setaffinity(0, {CORE_OF_ALL_ELSE})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    shutil.rmtree(BUILD, ignore_errors=True)
    found = result_files.Results(cap=chosen.cap, window_s=chosen.seconds)
    with tempfile.TemporaryDirectory(prefix="bench-") as place, apache.run(Path(place)) as address:
        for number in range(chosen.rounds):
            # Back and forth, so that what comes first in one round comes last in the next.
            for turn in _turns(chosen)[:: -1 if number % 2 else 1]:
                with _said_if_failed(turn):
                    found.add(turn.workload, turn.contender, _measured(turn, address, f"{number}"))
        for turn in _kills(chosen) if not chosen.no_kills else ():
            with _said_if_failed(turn):
                found.add_kill(turn.workload.name, _measured(turn, address, "kill"))
        found.write(chosen.results)
    print(found.markdown())  # noqa: T201 - a command's output
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("--cap", type=int, default=15, help="the account's concurrency limit")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10.0, help="of the window of each run")
    parser.add_argument("--ahead", type=int, default=6_000, help="events that wait at any time")
    parser.add_argument(
        "--only", nargs="+", choices=list(contenders.BY_NAME), default=list(contenders.BY_NAME)
    )
    parser.add_argument("--no-kills", action="store_true")
    parser.add_argument("--results", type=Path, default=result_files.FOLDER)
    return parser.parse_args()


def _turns(chosen: argparse.Namespace) -> list[Turn]:
    return [
        Turn(contender=each, workload=workload.at_share(share))
        for each in _contenders(chosen)
        for workload in [steady(each, chosen)]
        for share in (SHARES if each is OURS else SHARES[:1])
    ]


def _kills(chosen: argparse.Namespace) -> list[Turn]:
    return [Turn(contender=each, workload=killed(each, chosen)) for each in _contenders(chosen)]


def _contenders(chosen: argparse.Namespace) -> list[Contender]:
    return [contenders.BY_NAME[name] for name in chosen.only]


def steady(contender: Contender, chosen: argparse.Namespace) -> Workload:
    """A backlog at any time, nothing goes wrong."""
    return Workload(
        name=contender.name,
        title=contender.title,
        cap=chosen.cap,
        ahead=chosen.ahead,
        feed_s=chosen.seconds,
        warm_up_s=4.0,
    )


def killed(contender: Contender, chosen: argparse.Namespace) -> Workload:
    """Killed once, six seconds after it is ready, and started again a second later."""
    return Workload(
        name=contender.name,
        title=f"{contender.title}, killed",
        cap=chosen.cap,
        ahead=chosen.ahead,
        feed_s=20.0,
        warm_up_s=2.0,
        kill_every_s=6.0,
        quiet_before_end_s=12.0,
    )


@contextmanager
def _said_if_failed(turn: Turn) -> Iterator[None]:
    """One that does not start leaves the others their quarter of an hour; its row has a round less."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever another connector fails of
        print(turn.workload.name, f"failed: {error!r}", flush=True)  # noqa: T201 - progress of a command


def _measured(turn: Turn, bootstrap_servers: str, part: str) -> Figures:
    folder = BUILD / part / turn.workload.name
    folder.mkdir(parents=True)
    begun_s = time.monotonic()
    evidence = asyncio.run(run.run(turn.workload, bootstrap_servers, folder, contender=turn.contender))
    found = figures(evidence) | result_files.back_at_work(evidence)
    shown = {name: found[name] for name in SHOWN} | {"took_s": round(time.monotonic() - begun_s)}
    print(part, turn.workload.name, shown, flush=True)  # noqa: T201 - progress of a command
    return found


if __name__ == "__main__":
    raise SystemExit(main())
