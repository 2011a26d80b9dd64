"""Deliveries under way, with an engine of its own and no broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from consumer.clock import FakeClock
from consumer.engine.backoff import Backoff
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.errors import ContractError
from consumer.ops.metrics import Metrics
from consumer.outcome import Delivered, Outcome, Rejected, Release, Unavailable, Waiting, Written
from consumer.record import Record
from consumer.stream.dispatcher import Dispatcher
from tests.unit.engine.records import TOPIC, gate_of, own, record

HERE = Partition(topic=TOPIC, number=0)
WRITTEN = Written(
    object="invoice",
    lago_id="1",
    netsuite_type="invoice",
    internal_id="2",
    external_id="lago-inv-1",
    status="created",
)


class Scene:
    """A dispatcher whose deliveries do what the test says; `turns` counts them."""

    def __init__(self, *, park_max_age_s: float = 86_400.0, defective_publish: bool = False) -> None:
        self.clock = FakeClock()
        self.metrics = Metrics(version="test")
        backoff = Backoff(jitter=lambda: 0.0, park_max_age_s=park_max_age_s)
        self.engine = Engine(permit_pool=gate_of(2, self.clock), backoff=backoff, clock=self.clock)
        own(self.engine, [HERE])
        self.answers: list[Outcome | Exception] = []
        self.delivered: list[Record] = []
        self.surrendered: list[Rejected] = []
        self.defective_publish = defective_publish
        self.asked = asyncio.Event()
        self.dispatcher = Dispatcher(
            name="here",
            engine=self.engine,
            deliver=self.deliver,
            give_up=self.give_up,
            metrics=self.metrics,
            clock=self.clock,
        )

    @property
    def offset(self) -> int:
        return self.engine.owned_partitions.positions()[HERE].offset

    async def deliver(self, records: Sequence[Record], _: Release) -> Sequence[Outcome]:
        self.delivered.extend(records)
        if not self.answers:
            self.asked.set()
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return [answer]

    async def give_up(self, _: Record, rejected: Rejected) -> None:
        if self.defective_publish:
            raise ContractError("Kafka did not acknowledge")
        assert self.engine.owned_partitions.positions()[HERE].offset == 0, (
            "the offset must not be settled before the error event"
        )
        self.surrendered.append(rejected)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.dispatcher.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def play(self, *answers: Outcome | Exception) -> None:
        """Deliver one record with these answers, until a delivery finds none left or the record is done."""
        self.answers = list(answers)
        self.engine.admit(record(0))
        async with self.running():
            async with asyncio.timeout(5):
                # The turns of the other tasks are what is waited for.
                while self.answers or (self.engine.owned_partitions.unsettled and not self.engine.parked):  # noqa: ASYNC110
                    await asyncio.sleep(0)

    def measured(self, name: str) -> str:
        lines = self.metrics.exposition().decode().splitlines()
        return next(line for line in lines if line.startswith(f"lago_netsuite_{name}"))


async def test_a_settled_record_is_counted_with_its_outcome_and_its_age():
    """One counter, one histogram, one line of log."""
    scene = Scene()

    with capture_logs() as logs:
        await scene.play(Delivered(written=(WRITTEN,)))

    assert scene.offset == 1
    assert scene.measured("records_settled_total").endswith('outcome="written",topic="lago.invoices"} 1.0')
    assert 'object="invoice"' in scene.measured("record_latency_seconds_bucket")
    assert [log["outcome"] for log in logs if log["event"] == "record_settled"] == ["written"]


async def test_a_failing_record_is_parked_and_keeps_its_offset_open():
    """It waits at the head of its lane."""
    scene = Scene()

    await scene.play(Unavailable(reason="503", retry_after_s=60))

    assert (scene.engine.parked, scene.engine.in_flight) == (1, 0)
    assert scene.offset == 0


async def test_the_log_says_what_a_parked_record_waits_for():
    """The document by Lago's id, and the code of the error event that it becomes."""
    scene = Scene()
    waits = Waiting(on="doc lago-inv-5f", message="not there", missing="invoice:5f")

    with capture_logs() as logs:
        await scene.play(waits)

    [parked] = [log for log in logs if log["event"] == "record_parked"]
    assert (parked["cause"], parked["waits_for"], parked["code"]) == (
        "dependency",
        "invoice 5f",
        "dependency_missing",
    )


async def test_invariant_10_a_record_is_given_up_before_its_offset_settles():
    """The error event is acknowledged first; only then may the position move."""
    scene = Scene(park_max_age_s=0.0)

    await scene.play(Unavailable(reason="503"))

    assert [rejected.code for rejected in scene.surrendered] == ["parked_too_long"]
    assert scene.offset == 1


async def test_an_error_event_that_is_not_acknowledged_keeps_the_record():
    """No record ends without an event: it is parked and given up again later."""
    scene = Scene(park_max_age_s=0.0, defective_publish=True)

    await scene.play(Unavailable(reason="503"))

    assert scene.engine.parked == 1
    assert scene.offset == 0


@pytest.mark.parametrize("error", [KeyError("fees"), ContractError("not acknowledged")])
async def test_a_delivery_that_raises_stops_nothing(error):
    """A defect on one record, or an event that was not acknowledged, parks that record; the flow goes on."""
    scene = Scene()

    with capture_logs():
        await scene.play(error)

    assert scene.engine.owned_partitions.unsettled == 1
    assert scene.offset == 0


async def test_a_record_on_which_our_code_always_fails_is_published():
    """Three tries, then the error event internal_error names the kind of error and not its content."""
    scene = Scene()

    with capture_logs():
        await scene.play(*[KeyError("secret content")] * 3)

    [rejected] = scene.surrendered
    assert rejected.code == "internal_error"
    assert "KeyError" in rejected.message
    assert "secret" not in rejected.message


async def test_a_drain_waits_for_what_is_under_way_and_no_longer_than_its_limit():
    """It says whether all is over."""
    scene = Scene()
    scene.engine.admit(record(0))

    async with scene.running():
        await scene.asked.wait()
        scene.engine.close()
        is_drained = await scene.dispatcher.drained(0.01)

    assert is_drained is False
    assert scene.engine.in_flight == 1


async def test_the_next_call_starts_before_kafka_has_heard_of_the_last_one():
    """The permit is free as soon as the account has answered; the offset waits for Kafka all the same."""
    scene = Scene()
    polled = asyncio.Event()
    begun: list[int] = []

    async def deliver(records: Sequence[Record], release: Release) -> Sequence[Outcome]:
        begun.append(records[0].source.offset)
        outcomes = [Delivered(written=())]
        release(outcomes)
        await polled.wait()
        return outcomes

    scene.dispatcher._deliver = deliver
    for offset in range(4):  # twice as many as permits
        scene.engine.admit(record(offset, lane=str(offset)))
    async with scene.running(), asyncio.timeout(5):
        while len(begun) < 4:  # noqa: ASYNC110
            await asyncio.sleep(0)

        assert scene.engine.calls == 0
        assert scene.offset == 0

        polled.set()
        while scene.offset < 4:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_a_drain_ends_at_once_when_nothing_is_under_way():
    """No time is lost in a quiet worker."""
    assert await Scene().dispatcher.drained(0.01) is True
