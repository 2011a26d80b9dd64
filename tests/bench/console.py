"""
``python -m tests.bench.console``: the console with a million results and 50,000 failures.

Records as the topics have them go into the tables in batches, then every page is asked for many times. What
is measured is processor time of this process, which is also true on a machine that is busy with other things.
The figures are printed, and written to build/bench-console.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles

from consumer.kafka.position_tail import LARGEST_BATCH
from consumer.record import LaneKey, Record, Source
from schemas import error_event, result
from tests.support import topic_records as topics
from tests.support.console_app import Console

BUILD = Path(__file__).parents[2] / "build"
RESULTS, FAILURES, ROUNDS = 1_000_000, 50_000, 60
CAUSES = 40
KINDS = ("invoice", "invoice", "invoice", "payment", "credit_note")
CURRENCIES = ("EUR", "USD", "JPY")
NOW_MS = 1_785_542_400_000
PATHS = (
    "/", "/needs-action", "/records", "/records?connection=netsuite-eu&object=credit_note", "/waiting",
    "/search?q=ACME-77", "/search?q=error", "/failures", "/failures?connection=netsuite-eu",
    "/failures?code=invalid_mapping", "/failures?customer=cus_77", "/failures?number=BAD-000077",
    "/acts/ignore?code=invalid_mapping",
    "/api/v1/overview", "/api/v1/causes",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    What one run measured.

    Attributes:
        events_per_cpu_s: taken into the tables by one second of processor time.
        p99_cpu_ms: processor time of the slowest of a hundred answers, by page.
        peak_mb: of memory, this measuring program and its client included.
        file_mb: of the tables.
    """

    results: int
    failures: int
    events_per_cpu_s: int
    sums_cpu_ms: float
    p99_cpu_ms: dict[str, float]
    peak_mb: int
    file_mb: int


def main() -> int:
    """Fill the tables, ask for the pages, print and write the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.console", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="of the numbers of results and failures")
    scale = parser.parse_args().scale
    with tempfile.TemporaryDirectory(prefix="bench-console-") as place:
        found = asyncio.run(_measured(Path(place), round(RESULTS * scale), round(FAILURES * scale)))
    text = json.dumps(asdict(found), indent=2)
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench-console.json").write_text(text)
    print(text)  # noqa: T201 - a command prints
    return 0


async def _measured(folder: Path, results: int, failures: int) -> Figures:
    console = Console(folder / "console.sqlite")
    spent_s = sum(_taken(console, batch) for batch in batches(results, failures))
    began_s = time.process_time()
    console.projection.refresh()
    sums_s = time.process_time() - began_s
    pages = {
        path: await _p99_ms(console, path) for path in (*PATHS, *_of_ids(), await _a_cause(console), *_deep())
    }
    await console.http.aclose()
    console.connection.close()
    return Figures(
        results=results,
        failures=failures,
        events_per_cpu_s=round((results + failures) / spent_s),
        sums_cpu_ms=round(sums_s * 1_000, 1),
        p99_cpu_ms=pages,
        peak_mb=_peak_mb(),
        file_mb=(folder / "console.sqlite").stat().st_size >> 20,
    )


def _of_ids() -> tuple[str, ...]:
    return f"/failures/{_id('error', 77)}", f"/records/netsuite-eu/invoice/{_id('doc', 500)}"


def _id(of: str, number: int) -> str:
    """An id as Lago and traces have them: in no order, so that each falls on another page of an index."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{of}-{number}"))


def _deep() -> tuple[str, ...]:
    """Pages far behind the first, as "Next page" leads to them."""
    return (f"/records?before_ms={NOW_MS - 600_000_000}&before=9000000",)


async def _a_cause(console: Console) -> str:
    found = re.search(r'href="(/causes/\w+)"', (await console.http.get("/")).text)
    assert found is not None
    return found[1]


async def _p99_ms(console: Console, path: str) -> float:
    spent: list[float] = []
    for _ in range(ROUNDS):
        began_s = time.process_time()
        answer = await console.http.get(path)
        spent.append((time.process_time() - began_s) * 1_000)
        assert answer.status_code == 200, path
    return round(quantiles(spent, n=100, method="inclusive")[98], 1)


def _taken(console: Console, batch: list[Record]) -> float:
    began_s = time.process_time()
    console.projection.apply(batch)
    return time.process_time() - began_s


def batches(results: int, failures: int) -> Iterator[list[Record]]:
    """Records as the topics have them: failures of many causes first, then results."""
    written, failed = topics.example("result"), topics.example("error_event")
    for start in range(0, failures, LARGEST_BATCH):
        yield [_failed(failed, number) for number in range(start, min(start + LARGEST_BATCH, failures))]
    for start in range(0, results, LARGEST_BATCH):
        yield [_written(written, number) for number in range(start, min(start + LARGEST_BATCH, results))]


def _written(value: dict[str, object], number: int) -> Record:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW_MS / 1_000 - 1_000_000 + number))
    kind = KINDS[number % len(KINDS)]
    changed = value | {
        "object": kind, "lago_id": _id("doc", number), "lago_number": f"ACME-{number:07}", "written_at": at,
        "internal_id": str(number), "netsuite_number": f"INV{number:07}",
        "trace_id": _id("trace", number).replace("-", ""),
        "currency": CURRENCIES[number % 3], "netsuite_type": kind,
        "source": {"topic": topics.EVENTS, "partition": number % 6, "offset": number, "timestamp_ms": 0},
    }  # fmt: skip
    return _record(result.TOPIC, changed, number)


def _failed(value: dict[str, object], number: int) -> Record:
    key = f"mapping.billable_metrics.metric_{number % CAUSES}"
    message = f"no NetSuite item is mapped for charge 'metric_{number % CAUSES}'"
    about = {
        "type": "invoice",
        "lago_id": _id("bad", number),
        "number": f"BAD-{number:06}",
        "amount": "26.40",
    }
    changed = value | {
        "id": _id("error", number),
        "object": about | {"currency": CURRENCIES[number % 3]},
        "details": {"setting": key, "issuing_date": "2026-08-01"},
        "accounting_provider_customer_error": {
            "lago_customer_id": f"cus-{number % 9_000}", "external_customer_id": f"cus_{number % 9_000}",
            "accounting_provider": "netsuite", "accounting_provider_code": topics.CONNECTION,
            "provider_error": {"message": message, "error_code": "invalid_mapping"},
        },
        "source": {"topic": topics.EVENTS, "partition": 9, "offset": number, "timestamp_ms": 0},
    }  # fmt: skip
    return _record(error_event.TOPIC, changed, number)


def _record(topic: str, value: dict[str, object], number: int) -> Record:
    return Record(
        source=Source(topic=topic, partition=0, offset=number),
        timestamp_ms=NOW_MS,
        key=b"key",
        value=json.dumps(value).encode(),
        headers=(),
        lane=LaneKey(f"{topic}/{number}"),
    )


def _peak_mb() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


if __name__ == "__main__":
    sys.exit(main())
