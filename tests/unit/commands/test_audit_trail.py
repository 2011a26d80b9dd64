"""Acts of several processes at the same moment are one chain."""

from __future__ import annotations

import asyncio

import pytest

from consumer.clock import FakeClock
from consumer.commands import audit_trail
from consumer.commands.audit_trail import AuditTrail
from consumer.errors import ContractError
from schemas import audit
from schemas.audit import AuditRecord


class Topic:
    """A partition that several processes append to."""

    def __init__(self):
        self.records: list[AuditRecord] = []

    def trail(self) -> AuditTrail:
        seen = len(self.records)

        async def put(event):
            nonlocal seen
            between, seen = self.records[seen:], len(self.records) + 1
            self.records.append(AuditRecord.model_validate_json(event.value))
            return between

        return AuditTrail(publish=put, clock=FakeClock(), records=list(self.records), put=put)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(audit_trail, "FIRST_PAUSE_S", 0.0)


async def close(trail, number):
    await trail.append("eu", "close", actor="ada", reason=str(number), details={})


async def test_a_process_that_does_not_know_the_newest_act_appends_its_own_behind_it():
    """Each act is in the chain once, in the order of the topic."""
    topic = Topic()
    ours, theirs = topic.trail(), topic.trail()

    for number in range(6):
        await close((ours, theirs)[number % 2], number)

    assert list(audit.breaks(topic.records)) == []
    assert [each.reason for each in audit.acts(topic.records)] == [str(number) for number in range(6)]
    assert [each.reason for each in theirs.records] == [str(number) for number in range(6)]


async def test_acts_of_one_process_at_the_same_moment_wait_for_each_other():
    """None is appended twice."""
    topic = Topic()
    trail = topic.trail()

    await asyncio.gather(*(close(trail, number) for number in range(5)))

    assert len(topic.records) == 5
    assert list(audit.breaks(topic.records)) == []


async def test_who_is_always_overtaken_gives_up_with_a_sentence():
    """So that no act waits without end."""
    topic = Topic()
    ours, theirs = topic.trail(), topic.trail()
    put = ours.put

    async def overtaken(event):
        await close(theirs, "theirs")
        return await put(event)

    ours.put = overtaken
    with pytest.raises(ContractError, match="others put acts on the audit record faster"):
        await close(ours, "ours")
