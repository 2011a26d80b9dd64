"""What is measured of a stream every second."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from consumer.clock import FakeClock
from consumer.engine.backoff import Backoff
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.limits.circuit_breaker import Reason
from consumer.limits.pause import Pause
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics
from consumer.outcome import Delivered, Hold, Rejected, Waiting
from consumer.stream.monitor import Monitor
from tests.unit.engine.records import TOPIC, gate_of, own, record

HERE = Partition(topic=TOPIC, number=0)
LABELS = f'connection="eu",partition="0",topic="{TOPIC}"'
WHOSE = 'account="1234567_SB1",connection="eu"'


class ConsumerPositions:
    """A consumer as far as it is looked at."""

    def __init__(self):
        self.paused_now = frozenset()
        self.ends = {HERE: 10}

    def paused(self):
        return self.paused_now

    def end(self, partition):
        return self.ends.get(partition)


class Scene:
    def __init__(self, **more):
        self.clock = FakeClock()
        self.metrics = Metrics(version="test")
        self.health = Health(self.clock)
        self.positions = ConsumerPositions()
        self.committer = SimpleNamespace(is_refused=False)
        self.permit_pool = gate_of(2, self.clock)
        self.engine = Engine(
            permit_pool=self.permit_pool,
            backoff=Backoff(jitter=lambda: 0.5, park_max_age_s=86_400.0),
            clock=self.clock,
        )
        own(self.engine, [HERE])
        self.monitor = Monitor(
            name="eu",
            account="1234567_SB1",
            engine=self.engine,
            permit_pool=self.permit_pool,
            positions=self.positions,
            committer=self.committer,
            metrics=self.metrics,
            health=self.health,
            clock=self.clock,
            **more,
        )

    def lines(self):
        self.monitor.sample()
        return self.metrics.exposition().decode().splitlines()

    def wait(self, seconds):
        """Time goes by as it does: looked at every second."""
        for _ in range(seconds):
            self.clock.advance(1)
            self.monitor.sample()


@pytest.fixture
def scene():
    return Scene()


def test_lag_is_not_backlog(scene):
    """Ten offsets lie ahead of the position, and one record is in this process."""
    scene.engine.admit(record(0, lane="a"))

    lines = scene.lines()

    assert f"lago_netsuite_consumer_lag_records{{{LABELS}}} 10.0" in lines
    assert f"lago_netsuite_unsettled_records{{{LABELS}}} 1.0" in lines


def test_a_parked_lane_is_shown_with_its_reason(scene):
    """A payment that waits for its invoice is no failing record."""
    scene.engine.admit(record(0, lane="a"))
    call = scene.engine.take()
    scene.engine.returned(call, [Waiting(on="invoice")])
    [attempt] = call.attempts
    scene.engine.park(attempt, scene.engine.decide(call, attempt, Waiting(on="invoice")))

    lines = scene.lines()

    assert f'lago_netsuite_parked_lanes{{{WHOSE},reason="dependency"}} 1.0' in lines
    assert f'lago_netsuite_parked_lanes{{{WHOSE},reason="record"}} 0.0' in lines


def test_the_oldest_of_each_reason_is_shown_with_its_age(scene):
    """That of the event, which a restart does not change; 0 where nothing waits for that reason."""
    for number, age_s in ((0, 90), (1, 3_600)):
        since_ms = int((scene.clock.now().timestamp() - age_s) * 1_000)
        scene.engine.admit(replace(record(number, lane=f"{number}"), timestamp_ms=since_ms))
    while call := scene.engine.take():
        scene.engine.returned(call, [Waiting(on="invoice")] * len(call.attempts))
        for attempt in call.attempts:
            scene.engine.park(attempt, scene.engine.decide(call, attempt, Waiting(on="invoice")))

    lines = scene.lines()

    assert f'lago_netsuite_oldest_parked_age_seconds{{{WHOSE},reason="dependency"}} 3600.0' in lines
    assert f'lago_netsuite_oldest_parked_age_seconds{{{WHOSE},reason="hold"}} 0.0' in lines


def test_a_paused_partition_says_why(scene):
    scene.positions.paused_now = frozenset({HERE})

    lines = scene.lines()

    labels = f'connection="eu",partition="0",reason="bytes",topic="{TOPIC}"'
    assert f"lago_netsuite_partition_paused{{{labels}}} 1.0" in lines


def test_whoever_is_left_alone_is_called_by_its_own_name():
    """An endpoint of webhooks is no NetSuite."""
    scene = Scene(sentences={Reason.ACCOUNT_DOWN: "the endpoint is disabled"})
    scene.permit_pool.shut()

    scene.monitor.sample()

    assert scene.health.readiness().remarks == ("eu: the endpoint is disabled",)


def test_an_open_breaker_is_shown_by_reason_said_once_and_remarked(scene):
    """With NetSuite's own words in the log. It fails no probe: a restart would not bring NetSuite back."""
    scene.permit_pool.shut("the token was revoked")

    with capture_logs() as logs:
        lines = scene.lines()
        scene.lines()

    assert f'lago_netsuite_breaker_open{{{WHOSE},reason="account_down"}} 1.0' in lines
    assert f"lago_netsuite_breaker_state{{{WHOSE}}} 2.0" in lines
    assert [(log["event"], log["because"]) for log in logs] == [("breaker_opened", "the token was revoked")]
    assert scene.health.liveness().is_good
    remark = "eu: NetSuite refuses this connection: the token was revoked"
    assert scene.health.readiness().remarks == (remark,)


def test_a_partition_that_went_is_shown_no_longer(scene):
    scene.lines()
    scene.engine.forget([HERE])

    assert not any(TOPIC in line for line in scene.lines())


def test_work_and_permits_and_nothing_begun_for_two_minutes_is_a_reason_to_restart(scene):
    """The reason names the connection and what has stopped."""
    scene.engine.admit(record(0, lane="a"))
    scene.monitor.sample()

    scene.wait(120)
    assert scene.health.liveness().is_good

    scene.wait(2)
    [reason] = scene.health.liveness().reasons
    assert reason.startswith("eu: deliveries has not moved for")


def test_an_account_that_is_left_alone_is_no_reason_to_restart(scene):
    """There is work, and no permit for it."""
    scene.engine.admit(record(0, lane="a"))
    scene.permit_pool.shut()

    scene.wait(600)

    assert scene.health.liveness().is_good


def test_commits_refused_for_five_minutes_are_a_reason_to_restart(scene):
    scene.monitor.sample()
    scene.committer.is_refused = True

    scene.wait(301)

    assert len(scene.health.liveness().reasons) == 1


def test_a_flow_that_is_over_is_not_missed(scene):
    """Others in the process go on for a while."""
    scene.monitor.sample()
    scene.monitor.end()
    scene.clock.advance(3_600)

    assert scene.health.liveness().is_good


def refused_payment(scene):
    refusal = Rejected(
        code="INSUFFICIENT_PERMISSION",
        message="NetSuite refuses every payment",
        hint="give the role TRAN_CUSTPYMT",
        details={"kind": "payment"},
    )
    outcome = Waiting(on="permission", kind="payment", hold=Hold(max_age_s=1e12, refusal=refusal))
    scene.engine.admit(record(0, lane="payment:1"))
    call = scene.engine.take()
    scene.engine.returned(call, [outcome])
    [attempt] = call.attempts
    scene.engine.park(attempt, scene.engine.decide(call, attempt, outcome))


def test_a_kind_that_is_refused_is_said_once_remarked_and_counted(scene):
    """N23: one sentence for all of its records, for as long as it lasts."""
    refused_payment(scene)

    with capture_logs() as logs:
        lines = scene.lines()
        scene.wait(30)

    sentence = "NetSuite refuses every payment: give the role TRAN_CUSTPYMT"
    assert [(log["event"], log["why"]) for log in logs] == [("document_kind_refused", sentence)]
    assert f'lago_netsuite_refused_kind{{{WHOSE},kind="payment"}} 1.0' in lines
    assert f'lago_netsuite_parked_lanes{{{WHOSE},reason="kind"}} 1.0' in lines
    assert scene.health.readiness().remarks == (f"eu: payment: {sentence}",)
    assert scene.health.liveness().is_good


def test_a_kind_that_is_accepted_again_is_said_too(scene):
    """And the remark goes."""
    refused_payment(scene)
    scene.lines()
    scene.clock.advance(600)
    call = scene.engine.take()
    scene.engine.returned(call, [Delivered(written=())])
    [attempt] = call.attempts
    scene.engine.decide(call, attempt, Delivered(written=()))
    scene.engine.complete(attempt)

    with capture_logs() as logs:
        lines = scene.lines()

    assert [log["event"] for log in logs] == ["document_kind_accepted"]
    assert f'lago_netsuite_refused_kind{{{WHOSE},kind="payment"}} 0.0' in lines
    assert scene.health.readiness().remarks == ()


def test_a_pause_by_a_person_is_logged_once_measured_and_a_remark_until_its_end():
    """Who, when and why; the probes succeed all the time, and nothing is expected to move."""
    pauses: list[Pause] = [Pause(actor="ada", at="1970-01-01T01:00:00Z", reason="month end")]
    scene = Scene(pause=lambda: next(iter(pauses), None))
    scene.engine.admit(record(0, lane="a"))
    scene.permit_pool.pause(is_paused=True)

    with capture_logs() as logs:
        scene.wait(600)

    assert [each["event"] for each in logs] == ["connection_paused"]
    assert (logs[0]["actor"], logs[0]["reason"]) == ("ada", "month end")
    assert f"lago_netsuite_paused_since_timestamp_seconds{{{WHOSE}}} 3600.0" in scene.lines()
    assert scene.health.liveness().is_good
    assert scene.health.readiness().remarks == (
        "eu by a person: paused by ada since 1970-01-01T01:00:00Z: month end",
    )

    pauses.clear()
    with capture_logs() as logs:
        lines = scene.lines()
    assert [each["event"] for each in logs] == ["connection_resumed"]
    assert f"lago_netsuite_paused_since_timestamp_seconds{{{WHOSE}}} 0.0" in lines
    assert scene.health.readiness().remarks == ()
