"""
``python -m tests.bench.reconcile [DOCUMENTS …]``: what `reconcile` costs with both sandboxes as processes.

The emulated Lago answers over HTTP at its limit of 50 requests a second, the NetSuite sandbox runs the real
RESTlet; both hold the same documents (`tests.bench.books`), so the run must end in balance. The command is
measured from outside. The figures go to build/bench-reconcile.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import httpx

from consumer.config.settings import Settings
from consumer.kafka import topics
from consumer.sandbox.lago.http import API_KEY
from tests.bench import books, worker
from tests.integration import running_programs
from tests.integration.brokers import selection
from tests.support.lago_to_netsuite import MAPPING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", int, float)

BUILD = Path(__file__).parents[2] / "build"
SIZES = (1_000, 10_000, 100_000)
FILLED_WITHIN_S = 300.0
KIB_PER_MB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    Of one run.

    Attributes:
        seconds: wall time of the command, its start included.
        cpu_s: of the command; `lago_cpu_s` and `netsuite_cpu_s` are those of the sandboxes meanwhile.
        peak_mb: the command's resident memory at its peak.
        restlet_calls: the calls that the NetSuite sandbox has answered.
        lago_requests: the same of the emulated Lago.
        cost_ms: `seconds` a document.
    """

    documents: int
    seconds: float
    cpu_s: float
    lago_cpu_s: float
    netsuite_cpu_s: float
    peak_mb: float
    restlet_calls: int
    lago_requests: int
    cost_ms: float
    load_average: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Both sandboxes as processes, filled with the same documents."""

    environment: dict[str, str]
    lago_origin: str
    netsuite: running_programs.Sandbox
    lago: subprocess.Popen[bytes]
    account: subprocess.Popen[bytes]

    def calls(self) -> tuple[int, int]:
        """The calls so far: of the RESTlet, and of Lago's API."""
        state = httpx.get(f"{self.lago_origin}/sandbox", trust_env=False, timeout=30).json()
        return self.netsuite.get("stats")["calls"], sum(state["requests"].values())

    def cpu_s(self) -> tuple[float, float]:
        """CPU seconds so far of Lago and of NetSuite."""
        return worker.usage_of(self.lago.pid).cpu_s, worker.usage_of(self.account.pid).cpu_s


def main() -> int:
    """Measure one size after another."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reconcile", description=__doc__)
    parser.add_argument("documents", nargs="*", type=int, default=SIZES)
    chosen = parser.parse_args()
    report_runs("reconcile", measured, chosen.documents)
    return 0


def report_runs(name: str, measure: Callable[[str, Path, T], DataclassInstance], values: Iterable[T]) -> None:
    """Measure each value in a folder of its own on one broker; the figures go to build/bench-NAME.json."""
    broker = selection.chosen()
    assert broker is not None, "no broker: see tests/integration/brokers"
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    found = []
    with tempfile.TemporaryDirectory(prefix="bench-") as place, broker.run(Path(place)) as address:
        for value in values:
            folder = Path(place) / str(value)
            folder.mkdir()
            found.append(measure(address, folder, value))
            print(found[-1], flush=True)  # noqa: T201 - a command's output
    BUILD.mkdir(exist_ok=True)
    report = {"broker": broker.label, "runs": [asdict(each) for each in found]}
    (BUILD / f"bench-{name}.json").write_text(json.dumps(report, indent=2))


def measured(bootstrap_servers: str, folder: Path, documents: int) -> Figures:
    """The figures of one run, which must end in balance."""
    with filled(bootstrap_servers, folder, documents) as sides:
        calls, requests = sides.calls()
        lago_s, account_s = sides.cpu_s()
        seconds, cpu_s, peak_mb = _timed(["reconcile", "--json"], sides.environment, folder, documents)
        calls_after, requests_after = sides.calls()
        lago_after_s, account_after_s = sides.cpu_s()
    return Figures(
        documents=documents,
        seconds=round(seconds, 1),
        cpu_s=round(cpu_s, 1),
        lago_cpu_s=round(lago_after_s - lago_s, 1),
        netsuite_cpu_s=round(account_after_s - account_s, 1),
        peak_mb=round(peak_mb, 1),
        restlet_calls=calls_after - calls,
        lago_requests=requests_after - requests,
        cost_ms=round(1_000 * seconds / documents, 3),
        load_average=round(os.getloadavg()[0], 1),
    )


def _timed(
    arguments: Sequence[str], environment: dict[str, str], folder: Path, documents: int
) -> tuple[float, float, float]:
    """Seconds, CPU seconds and peak memory of a command that ends with 0 and all documents agreeing."""
    out = folder / "out.json"
    begun_s = time.monotonic()
    with out.open("wb") as stdout:
        process = subprocess.Popen(
            [sys.executable, "-m", "consumer", *arguments], stdout=stdout, env={**os.environ, **environment}
        )
        _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begun_s
    process.returncode = os.waitstatus_to_exitcode(status)
    report = json.loads(out.read_text() or "{}")
    assert process.returncode == 0, report or out
    assert sum(report["counts"].values()) == documents, report["counts"]
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / KIB_PER_MB


@contextmanager
def filled(
    bootstrap_servers: str, folder: Path, documents: int, *, latency_s: float = 0.0
) -> Iterator[Sides]:
    """Both sides with that many documents, in whole blocks; `latency_s` is that of each response of Lago."""
    copies = documents // books.DOCUMENTS
    assert copies * books.DOCUMENTS == documents, f"in steps of {books.DOCUMENTS}"
    prefix = f"bench-{uuid4().hex[:8]}."
    settings = Settings(kafka_bootstrap_servers=bootstrap_servers, topic_prefix=prefix)
    asyncio.run(topics.create(settings))
    state = folder / "books.sqlite"
    asyncio.run(books.write(state, copies))
    lago_log, account_log = folder / "lago.log", folder / "netsuite.log"
    with (
        running_programs.running(
            [str(copies), "--latency", str(latency_s)], lago_log, {}, module="tests.bench.lago_process"
        ) as lago,
        running_programs.running(
            ["sandbox", "--port", "0", "--state", str(state)], account_log, {}
        ) as account,
        httpx.Client(trust_env=False, timeout=30) as http,
    ):
        netsuite = running_programs.Sandbox(origin=_origin(account_log), http=http)
        origin = _origin(lago_log)
        organization_id = http.get(f"{origin}/sandbox").json()["organization_id"]
        api = {"organization_id": organization_id, "api_url": origin, "api_key": API_KEY}
        connection = running_programs.connection(
            netsuite, lago=api, customers={"subsidiary": "1"}, mapping=MAPPING
        )
        environment = running_programs.environment(
            folder, bootstrap_servers=bootstrap_servers, topic_prefix=prefix, connection=connection
        )
        yield Sides(
            environment=environment, lago_origin=origin, netsuite=netsuite, lago=lago, account=account
        )


def _origin(log_file: Path) -> str:
    running_programs.until(
        lambda: running_programs.ORIGIN.search(log_file.read_text()) is not None,
        because=log_file.read_text,
        limit_s=FILLED_WITHIN_S,
    )
    found = running_programs.ORIGIN.search(log_file.read_text())
    assert found is not None
    return found[0]


if __name__ == "__main__":
    raise SystemExit(main())
