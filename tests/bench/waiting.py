"""
``python -m tests.bench.waiting``: how soon fresh invoices are written beside 10,000 payments that wait.

Each payment is of another invoice that never comes, so each has to be asked for once. Invoices come one by
one from the moment the worker is ready, in the middle of that first pass. The same invoices without any
payments are the measure. Medians of the rounds are printed, and written to build/bench-waiting.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import tempfile
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from uuid import uuid4

from tests.bench import call_log, events, run, worker
from tests.bench.load import Load, loaded
from tests.bench.run_phases import Course
from tests.bench.worker import Worker
from tests.bench.workloads import Workload
from tests.integration.brokers import selection
from tests.support import lago

BUILD = Path(__file__).parents[2] / "build"
PAYMENTS_TOPIC = "lago.payments"
PAYMENTS, INVOICES = 10_000, 40
BETWEEN_INVOICES_S = 0.5
SETTLE_LIMIT_S = 120.0
CORE_OF_ALL_ELSE = 0
WAITING = Workload(name="waiting", title="fresh invoices beside payments that wait", lanes=INVOICES, ahead=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    Of one run.

    Attributes:
        after_permit_s: from the moment when an invoice is on its topic and one of the account's permits is
            free, to its call: median and longest.
        called_s: from the invoice's Kafka timestamp to its call.
        written_s: the same to the answer of that call.
        payment_calls: calls that carried payments while the invoices came.
    """

    after_permit_s: tuple[float, float]
    called_s: tuple[float, float]
    written_s: tuple[float, float]
    written: int
    payment_calls: int
    rss_mb: float


def main() -> int:
    """Measure with and without the payments, round after round."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.waiting", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--payments", type=int, default=PAYMENTS)
    chosen = parser.parse_args()
    broker = selection.chosen()
    assert broker is not None, "no broker: see tests/integration/brokers"
    # While new topics find their leaders, the client speaks of every retry.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    os.sched_setaffinity(0, {CORE_OF_ALL_ELSE})
    with tempfile.TemporaryDirectory(prefix="bench-") as place, broker.run(Path(place)) as address:
        beside, alone = [], []
        for number in range(chosen.rounds):
            for payments, into in ((chosen.payments, beside), (0, alone)):
                folder = Path(place) / f"{number}-{payments}"
                folder.mkdir()
                into.append(asyncio.run(measured(address, folder, payments)))
                print(payments, into[-1], flush=True)  # noqa: T201 - a command's output
    report = {
        "broker": broker.label,
        "load_average": os.getloadavg()[0],
        "beside": [asdict(each) for each in beside],
        "alone": [asdict(each) for each in alone],
        "median_after_permit_s": {"beside": _median(beside), "alone": _median(alone)},
        "longest_after_permit_s": max(each.after_permit_s[1] for each in beside),
        "ratio": round(_median(beside) / _median(alone), 2),
    }
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench-waiting.json").write_text(json.dumps(report, indent=2))
    medians = report["median_after_permit_s"]
    print(broker.label, medians, report["longest_after_permit_s"], report["ratio"])  # noqa: T201 - a command's output
    return 0


async def measured(bootstrap_servers: str, folder: Path, payments: int) -> Figures:
    """One run beside so many payments; everything it leaves lies in `folder`."""
    prefix = f"bench-{uuid4().hex[:8]}."
    group = f"{prefix}worker.{worker.CODE}"
    journal_file = folder / "calls.jsonl"
    async with loaded(bootstrap_servers, prefix=prefix, group=group, partitions=12) as load:
        with run.stub(WAITING, journal_file, 1.0) as origin:
            await _lay(load, payments)
            rss_mb = await _run(load, folder, origin)
        return _figures(call_log.read(journal_file), load, rss_mb)


async def _lay(load: Load, count: int) -> None:
    """Payments on their topic, each of an invoice of its own that nobody has seen."""
    for number in range(count):
        payment = lago.payment(
            lago_id=lago.id_of("waiting", number),
            invoice_ids=[lago.id_of("absent", number)],
            lago_customer_id=lago.CUSTOMER_ID,
        )
        body = lago.body(lago.event("payment.succeeded", payment))
        await load.producer.send(load.prefix + PAYMENTS_TOPIC, body, partition=number % load.partitions)
    await load.producer.flush()


async def _run(load: Load, folder: Path, origin: str) -> float:
    environment = worker.environment(
        folder,
        bootstrap_servers=load.bootstrap_servers,
        topic_prefix=load.prefix,
        restlet_origin=origin,
        cap=WAITING.cap,
        is_static=False,
    )
    one = Worker(name="worker-0", environment=environment, log_file=folder / "log", is_named=False)
    async with run.httpx.AsyncClient(trust_env=False, timeout=run.ASK_LIMIT_S) as http:
        drafts = events.drafts(WAITING)
        course = Course(workload=WAITING, load=load, origin=origin, workers=[one], http=http, drafts=drafts)
        one.start()
        try:
            await course.until_ready()
            for draft in islice(drafts, INVOICES):
                await load.produce(iter([draft]), 1)
                await asyncio.sleep(BETWEEN_INVOICES_S)
            async with asyncio.timeout(SETTLE_LIMIT_S):
                while (await course.state())["settled"] < INVOICES:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(BETWEEN_INVOICES_S)
            return one.usage().peak_mb
        finally:
            await asyncio.to_thread(one.stop)


def _figures(calls: list[call_log.Call], load: Load, rss_mb: float) -> Figures:
    came = {each.event: each.at_s for each in load.produced}
    begun: dict[call_log.EventId, float] = {}
    ended: dict[call_log.EventId, float] = {}
    for call in calls:
        for item in call.items:
            if item.event in came:
                begun.setdefault(item.event, call.t_in)
                ended.setdefault(item.event, call.t_out)
    after = [begun[event] - _free_at(calls, at_s) for event, at_s in came.items()]
    called = [begun[event] - at_s for event, at_s in came.items()]
    written = [ended[event] - at_s for event, at_s in came.items()]
    first, last = min(came.values()), max(ended.values())
    return Figures(
        after_permit_s=_middle_and_longest(after),
        called_s=_middle_and_longest(called),
        written_s=_middle_and_longest(written),
        written=len(ended),
        payment_calls=sum(
            any(item.event not in came for item in call.items) for call in calls if first <= call.t_in <= last
        ),
        rss_mb=round(rss_mb, 1),
    )


def _free_at(calls: list[call_log.Call], moment: float) -> float:
    """When the account next has a permit that nobody holds, from a moment on."""
    in_flight = [call.t_out for call in calls if call.held_permit and call.t_in <= moment < call.t_out]
    return moment if len(in_flight) < WAITING.cap else min(in_flight)


def _middle_and_longest(seconds: list[float]) -> tuple[float, float]:
    return round(median(seconds), 3), round(max(seconds), 3)


def _median(runs: list[Figures]) -> float:
    return median(each.after_permit_s[0] for each in runs)


if __name__ == "__main__":
    raise SystemExit(main())
