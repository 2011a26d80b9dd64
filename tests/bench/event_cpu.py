"""
``python -m tests.bench.event_cpu``: CPU time of an event in the pipeline, without Kafka, HTTP and engine.

Events, connection and NetSuite's responses are those of the other workloads. It prints one line of JSON:
microseconds of process CPU by event, whole and by step, and a digest of all that was sent and published. The
same digest of two checkouts means the same bytes; run them in turn and compare the medians.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consumer import __version__
from consumer.clock import FakeClock
from consumer.config import connections_text
from consumer.config.connection import Connection
from consumer.netsuite import response_outcome
from consumer.netsuite.batch import batches
from consumer.netsuite.http_response import HttpResponse
from consumer.ops import garbage_collection
from consumer.ops.metrics import Metrics
from consumer.outcome import Outcome, nothing_held
from consumer.pipeline.assembly import Delivery, delivery_of
from consumer.record import Event, LaneKey, Record, Source
from schemas.lane import place_of
from schemas.wire import WriteRequest
from tests.bench import events, stub, worker
from tests.bench.account import Account
from tests.bench.call_log import OK
from tests.bench.workloads import NO_FAULTS, without_limit

TOPIC = "lago.invoices"
US_PER_S = 1_000_000
CAP = 50
ORIGIN = "http://127.0.0.1:1"


@dataclass(slots=True)
class Meter:
    """Process CPU seconds by step."""

    spent_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        """Add the block to a step."""
        begun_s = time.process_time()
        yield
        self.spent_s[step] += time.process_time() - begun_s


@dataclass(slots=True)
class Answers:
    """NetSuite as the stub answers, and the calls as the client makes and judges them."""

    connection: Connection
    meter: Meter
    digest: Any
    account: Account = field(default_factory=lambda: Account(cap=CAP, faults=NO_FAULTS))

    async def write(self, requests: Sequence[WriteRequest]) -> list[Outcome]:
        """Encode, answer and judge; the stub's own time is not counted."""
        outcomes: list[Outcome] = []
        for batch in batches(requests):
            with self.meter.of("encode"):
                body = batch.request.body()
            with self.meter.of("stub"):
                got = HttpResponse(status=OK, body=self._answered(body))
            with self.meter.of("judge"):
                judged = response_outcome.of_batch(got, batch, self.connection)
                outcomes.extend(each.outcome for each in judged)
        return outcomes

    def _answered(self, body: bytes) -> bytes:
        self.digest.update(body)
        request = json.loads(body)
        admission = self.account.admit(request["items"], 0.0)
        return stub.envelope(request["request_id"], self.account.end(admission, 0.0))


async def measured(number: int, a_call: int) -> dict[str, Any]:
    """Carry so many events, so many in a call."""
    connection = _connection()
    meter, digest, clock = Meter(), hashlib.sha256(), FakeClock()
    netsuite = Answers(connection, meter, digest)

    # No meter here: to read the CPU time takes longer than all that is done for one event.
    published: list[Event] = []

    async def publish(event: Event) -> None:
        published.append(event)

    delivery = delivery_of(
        connection=connection, all_connections=(connection,), write=netsuite.write, publish=publish,
        clock=clock, observer=Metrics(version=__version__),
    )  # fmt: skip
    drafts = list(itertools.islice(events.drafts(without_limit(1)), number))
    for first in range(0, number, a_call):
        clock.advance(0.01)
        with meter.of("place"):
            records = [
                _record(first + place, draft) for place, draft in enumerate(drafts[first : first + a_call])
            ]
        await _carried(records, delivery, meter)
    digest.update(repr(published).encode())
    return _report(number, meter, digest.hexdigest())


def _connection() -> Connection:
    """As a worker reads it, with the lines of its settings."""
    text = json.dumps({"connections": [worker.connection(ORIGIN, CAP)]}, indent=1)
    [connection] = connections_text.read(text, "connections.yaml", Path()).connections
    return connection


async def _carried(records: Sequence[Record], delivery: Delivery, meter: Meter) -> None:
    with meter.of("map"):
        delivery.prepare(records)
    with meter.of("deliver"):
        await delivery.deliver(records, nothing_held)


def _record(offset: int, draft: events.Draft) -> Record:
    place = place_of(draft.body)
    return Record(
        source=Source(topic=TOPIC, partition=draft.partition, offset=offset),
        timestamp_ms=int(events.EPOCH.timestamp() * 1000),
        key=draft.lane.encode(),
        value=draft.body,
        lane=LaneKey(place.lane or ""),
        rank=place.rank,
        needs=tuple(map(LaneKey, place.needs)),
        refers_to=tuple(map(LaneKey, place.refers_to)),
    )


def _report(number: int, meter: Meter, digest: str) -> dict[str, Any]:
    us = {step: spent_s * US_PER_S / number for step, spent_s in meter.spent_s.items()}
    # These are parts of the delivery; the rest of it is publishing and counting.
    rest = us["deliver"] - us["encode"] - us["judge"] - us["stub"]
    steps = {
        "place": us["place"],
        "map": us["map"],
        "encode": us["encode"],
        "judge": us["judge"],
        "publish": rest,
    }
    return {
        "cpu_us": round(sum(steps.values()), 1),
        **{name: round(spent, 1) for name, spent in steps.items()},
        "digest": digest[:16],
    }


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.event_cpu", description=__doc__)
    parser.add_argument("--events", type=int, default=4_000)
    parser.add_argument("--a-call", type=int, default=25)
    chosen = parser.parse_args()
    garbage_collection.settle()  # as the worker does
    print(json.dumps(asyncio.run(measured(chosen.events, chosen.a_call))))  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
