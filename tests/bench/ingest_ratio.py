"""
``python -m tests.bench.ingest_ratio``: ingest beside bare starlette with the same producer.

Both run all the time and are loaded in turn, the same webhooks from the same senders, on one core. Ratios are
medians of the rounds: `cpu` of processor times for each webhook, also true on a busy machine, and `rate` of
webhooks a second. The aim is 0.85; the numbers are also written to build/bench-ingest-ratio.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from consumer.config.settings import env_name
from consumer.sandbox.broker import embedded_broker, free_port
from tests.bench.ingest import BUILD, LOAD_CORE, Server, flood, ours, requests, running

AIM = 0.85
TURNS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one server did under full load."""

    webhooks: int
    seconds: float
    cpu_s: float

    @property
    def webhooks_per_s(self) -> float:
        """The rate."""
        return self.webhooks / self.seconds

    @property
    def cpu_ms(self) -> float:
        """The processor time for each webhook."""
        return self.cpu_s / self.webhooks * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Both servers, one after the other."""

    ingest: Load
    starlette: Load

    @property
    def cpu(self) -> float:
        """The processor time of bare starlette, of that of ingest."""
        return self.starlette.cpu_ms / self.ingest.cpu_ms

    @property
    def rate(self) -> float:
        """The webhooks a second of ingest, of those of bare starlette."""
        return self.ingest.webhooks_per_s / self.starlette.webhooks_per_s


def main() -> int:
    """Measure, print and write; returns 1 when the median of processor times is below `AIM`."""
    chosen = _arguments()
    os.sched_setaffinity(0, {LOAD_CORE})
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-ingest-")))
        address = stack.enter_context(embedded_broker(place / "kafka"))
        ingest = stack.enter_context(ours(place, address))
        port = free_port()
        settings = {env_name("kafka_bootstrap_servers"): address}
        bare = stack.enter_context(
            running("tests.bench.bare_starlette", str(port), port=port, settings=settings)
        )
        endless = requests(chosen.signature)
        _warm, *rounds = [_round(ingest, bare, endless, chosen.seconds) for _ in range(-1, chosen.rounds)]
    found = _figures(rounds) | {"signature": chosen.signature, "rounds": len(rounds), "aim": AIM}
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench-ingest-ratio.json").write_text(json.dumps(found, indent=2))
    print(json.dumps(found))  # noqa: T201
    return int(found["cpu_ratio"] < AIM)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ingest_ratio", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each server in a round")
    parser.add_argument("--signature", choices=["hmac", "jwt"], default="hmac")
    return parser.parse_args()


def _round(ingest: Server, bare: Server, endless: Iterator[bytes], seconds: float) -> Round:
    """Both in many short turns, so that what else the machine does meets both."""
    turns = [
        (_turn(ingest, endless, seconds / TURNS), _turn(bare, endless, seconds / TURNS)) for _ in range(TURNS)
    ]
    return Round(ingest=_sum(one for one, _ in turns), starlette=_sum(other for _, other in turns))


def _turn(server: Server, endless: Iterator[bytes], seconds: float) -> Load:
    before_s, began_s = server.cpu_s, time.perf_counter()
    count = asyncio.run(flood(server.port, endless, seconds))
    return Load(webhooks=count, seconds=time.perf_counter() - began_s, cpu_s=server.cpu_s - before_s)


def _sum(turns: Iterable[Load]) -> Load:
    every = list(turns)
    return Load(
        webhooks=sum(each.webhooks for each in every),
        seconds=sum(each.seconds for each in every),
        cpu_s=sum(each.cpu_s for each in every),
    )


def _figures(rounds: Sequence[Round]) -> dict[str, float | str]:
    return {
        "cpu_ratio": round(median(each.cpu for each in rounds), 3),
        "rate_ratio": round(median(each.rate for each in rounds), 3),
        "ingest_cpu_ms": round(median(each.ingest.cpu_ms for each in rounds), 3),
        "starlette_cpu_ms": round(median(each.starlette.cpu_ms for each in rounds), 3),
        "ingest_per_s": round(median(each.ingest.webhooks_per_s for each in rounds), 1),
        "starlette_per_s": round(median(each.starlette.webhooks_per_s for each in rounds), 1),
    }


if __name__ == "__main__":
    raise SystemExit(main())
