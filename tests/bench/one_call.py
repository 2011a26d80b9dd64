"""
``python -m tests.bench.one_call``: the processor time of a call that carries one record, part by part.

A stub in another process responds at once. `wire` is the client alone, with requests mapped beforehand;
`all` is the dispatcher with everything below it: mapping, wire, results, log line, and figures. Kafka takes
no part: an event is acknowledged at once. Processor time of this process only, so that other work on the
machine counts little; the median of the rounds is printed. Run it by turns in two checkouts to compare them.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from unittest import mock

from consumer.clock import SystemClock
from consumer.config import connections_file
from consumer.config.connection import Connection
from consumer.engine.backoff import Backoff
from consumer.engine.calls import Calls
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.http_client.event_loop import EventLoop
from consumer.limits.permits import PermitPool
from consumer.netsuite.client import Client
from consumer.ops import garbage_collection, logging
from consumer.ops.metrics import Metrics
from consumer.outcome import Confirmed, Outcome, Throttled, nothing_held
from consumer.pipeline.assembly import Delivery, delivery_of
from consumer.pipeline.connection_steps import Write
from consumer.record import Event, LaneKey, Record, Source
from consumer.stream.dispatcher import Dispatcher
from schemas.lane import place_of
from schemas.wire import WriteRequest
from tests.bench import events, run, worker
from tests.bench.one_a_call import one
from tests.bench.workloads import without_limit

TOPIC = "lago.invoices"
PARTITIONS = 12
AT_A_TIME = 40
WORKLOAD = without_limit(1_000_000)

Measured = Callable[[Connection, Sequence[Record]], Awaitable[float]]


def main() -> None:
    """Measure, and print a line for each part."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.one_call", description=__doc__)
    parser.add_argument("--records", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    chosen = parser.parse_args()
    logging.configure(level="info", form="json", stream=io.StringIO())
    with asyncio.Runner(loop_factory=EventLoop) as runner:
        for part in chosen.only:
            each_ms = runner.run(_rounds(PARTS[part], chosen.rounds, chosen.records))
            about = " ".join(f"{one:.3f}" for one in each_ms)
            print(f"{part} {median(each_ms):.3f} ms of CPU a call ({about})", flush=True)  # noqa: T201


async def _rounds(part: Measured, rounds: int, records: int) -> list[float]:
    """Milliseconds of a call in each round; the first round, which fills caches, does not count."""
    drafts = enumerate(events.drafts(WORKLOAD))
    found: list[float] = []
    with (
        TemporaryDirectory(prefix="bench-") as place,
        run.stub(WORKLOAD, Path(place) / "calls", 1.0) as origin,
    ):
        connection = _connection(Path(place) / "connections.yaml", origin)
        for _ in range(rounds + 1):
            taken = [_record(*each) for each in islice(drafts, records)]
            found.append(await part(connection, taken) / records * 1_000)
    return found[1:]


async def wire(connection: Connection, records: Sequence[Record]) -> float:
    """The client alone; `AT_A_TIME` calls side by side."""
    requests = await _mapped(connection, records)
    async with Client(connection, clock=SystemClock()) as client:
        waiting = iter(requests)

        async def caller() -> None:
            for request in waiting:
                outcome = await client.write(request)
                assert isinstance(outcome, Confirmed), outcome

        garbage_collection.settle()
        begun_s = time.process_time()
        async with asyncio.TaskGroup() as callers:
            for _ in range(AT_A_TIME):
                callers.create_task(caller())
        return time.process_time() - begun_s


async def everything(connection: Connection, records: Sequence[Record]) -> float:
    """The dispatcher, and all that it starts."""
    clock, metrics = SystemClock(), Metrics(version="bench")
    permits = PermitPool(cap=AT_A_TIME, clock=clock, jitter=lambda: 0.0)
    engine = Engine(
        permit_pool=permits, backoff=Backoff(jitter=lambda: 0.0, park_max_age_s=60.0), clock=clock
    )
    _own(engine)
    async with Client(connection, clock=clock) as client:
        delivery = _delivery(connection, client.write_many, metrics)
        dispatcher = Dispatcher(
            name=connection.code, engine=engine, deliver=delivery.deliver, give_up=delivery.give_up,
            metrics=metrics, clock=clock, prepare=delivery.prepare,
        )  # fmt: skip
        for record in records:
            engine.admit(record)
        garbage_collection.settle()
        with mock.patch.object(Calls, "_size", one):
            begun_s = time.process_time()
            running = asyncio.create_task(dispatcher.run())
            while engine.queued or engine.in_flight:  # noqa: ASYNC110 - as in production, nobody says so
                await asyncio.sleep(0.05)
            took_s = time.process_time() - begun_s
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return took_s


PARTS: dict[str, Measured] = {"wire": wire, "all": everything}


def _own(engine: Engine) -> None:
    partitions = [Partition(topic=TOPIC, number=number) for number in range(PARTITIONS)]
    engine.assign(partitions)
    for each in partitions:
        epoch = engine.owned_partitions.epoch(each)
        assert epoch is not None
        engine.seed(each, epoch, None)


def _connection(file: Path, origin: str) -> Connection:
    file.write_text(json.dumps({"connections": [worker.connection(origin, WORKLOAD.cap)]}))
    [connection] = connections_file.load(file)
    return connection


def _record(number: int, draft: events.Draft) -> Record:
    place = place_of(draft.body)
    return Record(
        source=Source(topic=TOPIC, partition=draft.partition, offset=number),
        timestamp_ms=int(time.time() * 1_000),
        key=draft.lane.encode(),
        value=draft.body,
        lane=LaneKey(place.lane or str(number)),
        rank=place.rank,
        needs=tuple(map(LaneKey, place.needs)),
        refers_to=tuple(map(LaneKey, place.refers_to)),
    )


def _delivery(connection: Connection, write: Write, metrics: Metrics | None = None) -> Delivery:
    return delivery_of(
        connection=connection, all_connections=[connection], write=write, publish=_acknowledged,
        clock=SystemClock(), observer=metrics,
    )  # fmt: skip


async def _mapped(connection: Connection, records: Sequence[Record]) -> list[WriteRequest]:
    """What would be sent for each record."""
    found: list[WriteRequest] = []

    async def keep(requests: Sequence[WriteRequest]) -> list[Outcome]:
        found.extend(requests)
        return [Throttled(reason="not sent")] * len(requests)

    delivery = _delivery(connection, keep)
    for record in records:
        await delivery.deliver([record], nothing_held)
    return found


async def _acknowledged(_: Event) -> None:
    return None


if __name__ == "__main__":
    main()
