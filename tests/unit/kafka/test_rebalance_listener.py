"""Partitions that are revoked and assigned."""

from __future__ import annotations

import pytest

from consumer.kafka.committer import Committer
from consumer.kafka.rebalance_listener import Membership
from consumer.ops.metrics import Metrics
from tests.unit.engine.records import engine_of, record, seed_all, started
from tests.unit.kafka.fakes import FakeConsumer, tp


class Scene:
    def __init__(self, *, drains: bool = True) -> None:
        self.consumer = FakeConsumer()
        self.engine = engine_of(9)
        self.drains = drains
        self.assigned: list[bool] = []
        self.running = []
        self.metrics = Metrics(version="test")
        self.membership = Membership(
            consumer=self.consumer,
            engine=self.engine,
            committer=Committer(consumer=self.consumer, engine=self.engine, metrics=self.metrics),
            drained=self.drained,
            changed=self.assigned.append,
            metrics=self.metrics,
        )
        self.membership.on_partitions_assigned([tp(0), tp(1)])
        seed_all(self.engine)
        assert self.consumer.told.pop() == "pause", "nothing may be handed out before it is seeded"
        self.engine.admit(record(0, lane="a"))
        self.engine.admit(record(1, lane="b"))
        self.running.append(started(self.engine))

    async def drained(self, limit_s: float) -> bool:
        assert 0 < limit_s < 90
        assert self.engine.take() is None, "nothing may start during a drain"
        self.consumer.told.append("drain")
        if self.drains:
            self.engine.complete(self.running.pop())
        return self.drains


async def test_a_revoke_pauses_drains_commits_and_then_forgets():
    """In this order: what finished in the drain is in the last commit."""
    scene = Scene()

    await scene.membership.on_partitions_revoked([tp(0), tp(1)])

    assert scene.consumer.told == ["pause", "drain", "commit"]
    assert scene.consumer.offsets == [{tp(0): 1}]
    assert scene.engine.owned_partitions.partitions == frozenset()
    assert scene.assigned == [True, False]


async def test_a_call_that_outlives_the_drain_is_left_alone_and_counts_for_nothing():
    """It is not cancelled, and what it brings settles nothing here."""
    scene = Scene(drains=False)

    await scene.membership.on_partitions_revoked([tp(0), tp(1)])
    scene.membership.on_partitions_assigned([tp(0)])
    seed_all(scene.engine)
    scene.engine.admit(record(0, lane="a"))

    assert scene.consumer.offsets == [{tp(0): 0}]
    assert scene.engine.in_flight == 1
    scene.engine.complete(scene.running.pop())
    assert [each.offset for each in scene.engine.owned_partitions.positions().values()] == [0]


async def test_partitions_are_forgotten_even_when_the_drain_breaks():
    """aiokafka only logs what a callback raises, so a half-way state would stay for good."""
    scene = Scene()
    scene.running.clear()

    with pytest.raises(IndexError):
        await scene.membership.on_partitions_revoked([tp(0), tp(1)])

    assert scene.engine.owned_partitions.partitions == frozenset()


async def test_the_first_join_revokes_nothing():
    """aiokafka calls back before the first assignment too, with nothing."""
    scene = Scene()

    await scene.membership.on_partitions_revoked([])

    assert scene.consumer.told == []
    assert scene.engine.take() is not None


async def test_every_assignment_is_counted():
    """A loop of them is an alert."""
    scene = Scene()

    scene.membership.on_partitions_assigned([tp(0)])

    assert b"lago_netsuite_rebalances_total 2.0" in scene.metrics.exposition()
