"""
``python -m tests.bench.backfill [DOCUMENTS] [--latency S]``: how much of Lago's rate a backfill keeps.

No worker runs, so NetSuite holds nothing up. Invoices are read one by one, since Lago's lists lack their
fees: what is measured is how many of them a second Lago is asked for, from the first to the last, as its own
counts tell. Lago allows 50 requests a second. The figures go to build/bench-backfill.json.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from consumer.sandbox.lago.rate_limit import REQUESTS_PER_S
from tests.bench import reconcile

DOCUMENTS, LATENCIES_S = 4_000, (0.0, 0.3)
LOOK_EVERY_S = 0.1
ROUTE = "GET /invoices/{lago_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    Of one run.

    Attributes:
        latency_s: how much longer Lago takes for each response than the sandbox alone.
        share: `per_s` of what Lago allows.
    """

    latency_s: float
    invoices: int
    per_s: float
    share: float
    load_average: float


def main() -> int:
    """Measure without and with latency."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.backfill", description=__doc__)
    parser.add_argument("documents", nargs="?", type=int, default=DOCUMENTS)
    parser.add_argument("--latency", type=float, action="append", help="seconds; may be given several times")
    chosen = parser.parse_args()
    measure = partial(measured, documents=chosen.documents)
    reconcile.report_runs("backfill", measure, chosen.latency or LATENCIES_S)
    return 0


def measured(bootstrap_servers: str, folder: Path, latency_s: float, *, documents: int) -> Figures:
    """The figures of one backfill of invoices."""
    with reconcile.filled(bootstrap_servers, folder, documents, latency_s=latency_s) as sides:
        seen = [(time.monotonic(), 0)]
        process = subprocess.Popen(
            [sys.executable, "-m", "consumer", "backfill", "--objects", "invoices", "--go", "--json"],
            stdout=subprocess.DEVNULL,
            env={**os.environ, **sides.environment},
        )
        with httpx.Client(trust_env=False, timeout=30) as http:
            while process.poll() is None:
                state = http.get(f"{sides.lago_origin}/sandbox").json()
                seen.append((time.monotonic(), state["requests"].get(ROUTE, 0)))
                time.sleep(LOOK_EVERY_S)
        assert process.returncode == 0
    begun_s = next(at_s for at_s, count in seen if count)
    total = seen[-1][1]
    ended_s = next(at_s for at_s, count in seen if count == total)
    at_begin = next(count for _, count in seen if count)
    per_s = (total - at_begin) / (ended_s - begun_s)
    return Figures(
        latency_s=latency_s,
        invoices=total,
        per_s=round(per_s, 1),
        share=round(per_s / REQUESTS_PER_S, 3),
        load_average=round(os.getloadavg()[0], 1),
    )


if __name__ == "__main__":
    raise SystemExit(main())
