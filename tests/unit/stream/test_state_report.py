"""A worker reports how its connection stands, beside its work, and never stops it."""

from __future__ import annotations

import json

import pytest

from consumer.clock import FakeClock
from consumer.engine.backoff import Backoff
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.record import Event
from consumer.stream.state_report import REPORT_EVERY_S, StateReport
from consumer.stream.waiting_topic import WaitingOutput
from schemas import connection_state, waiting
from schemas.connection_state import ConnectionState
from tests.unit.engine.records import TOPIC, gate_of, own
from tests.unit.stream.test_waiting_topic import Topic


class Scene:
    """A stream that owns partitions 3 and 4 of the first topic."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.topic = Topic()
        self.events: list[Event] = []
        self.permit_pool = gate_of(5, self.clock)
        self.engine = Engine(
            permit_pool=self.permit_pool,
            backoff=Backoff(jitter=lambda: 0.5, park_max_age_s=86_400.0),
            clock=self.clock,
        )
        output = WaitingOutput(publish=self.publish, topic=self.topic, history=self.topic.history)
        self.report = StateReport(
            output,
            connection="netsuite-eu",
            worker="worker-0/1",
            topic=TOPIC,
            cap=5,
            engine=self.engine,
            permit_pool=self.permit_pool,
            clock=self.clock,
        )

    async def publish(self, event: Event) -> None:
        await self.topic.publish(event)
        self.events.append(event)

    def owns(self, *numbers: int, topic: str = TOPIC) -> None:
        own(self.engine, [Partition(topic=topic, number=number) for number in numbers])

    @property
    def states(self) -> list[ConnectionState]:
        return [ConnectionState.model_validate_json(each.value or b"") for each in self.events]


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_a_worker_reports_breaker_and_permits_under_its_lowest_partition(scene):
    """So that the reports of two workers of a connection do not replace each other."""
    scene.owns(4, 3)
    await scene.report.turn()

    [event] = scene.events
    assert (event.topic, event.key) == (waiting.TOPIC, b"/state/netsuite-eu/3")
    assert dict(event.headers)["ce_type"] == connection_state.EVENT_TYPE.encode()
    [state] = scene.states
    assert (state.breaker, state.cap, state.permits, state.in_use) == ("closed", 5, 5, 0)
    assert json.loads(event.value or b"")["worker"] == "worker-0/1"


async def test_it_reports_now_and_then_and_at_once_when_the_breaker_opens(scene):
    """With the answer that has opened it, and since when."""
    scene.owns(0)
    await scene.report.turn()
    await scene.report.turn()
    assert len(scene.events) == 1

    scene.permit_pool.shut("INVALID_LOGIN_ATTEMPT")
    await scene.report.turn()
    scene.clock.advance(REPORT_EVERY_S)
    await scene.report.turn()

    opened, later = scene.states[1:]
    assert (opened.breaker, opened.reason, opened.because) == (
        "open", "account_down", "INVALID_LOGIN_ATTEMPT",
    )  # fmt: skip
    assert opened.permits == 0
    assert (later.since, later.as_of != opened.as_of) == (opened.since, True)


async def test_a_worker_without_partitions_reports_nothing(scene):
    """Somebody else has them, and reports."""
    scene.owns(1, topic="other")
    await scene.report.turn()

    assert scene.events == []


async def test_what_cannot_be_published_is_tried_again_at_the_next_turn(scene):
    """No error gets out; a missing topic is not written."""
    scene.owns(0)
    scene.topic.refuses = True
    await scene.report.turn()
    scene.topic.refuses, scene.topic.is_there = False, False
    await scene.report.turn()
    assert scene.events == []

    scene.topic.is_there = True
    await scene.report.turn()
    assert len(scene.events) == 1


async def test_it_reports_at_once_that_a_person_has_paused_its_connection(scene):
    """So that `status` knows which workers have followed."""
    scene.owns(0)
    await scene.report.turn()
    scene.permit_pool.pause(is_paused=True)
    await scene.report.turn()

    before, after = scene.states
    assert (before.paused, after.paused) == (False, True)
    assert (after.breaker, after.permits) == ("closed", 0)
