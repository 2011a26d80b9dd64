"""A dependent's error names the cause."""

from __future__ import annotations

import pytest

from consumer.outcome import Delivered, Outcome, Rejected, nothing_held
from consumer.pipeline.recent_failures import RecentFailures
from consumer.record import LaneKey, Record, Source
from schemas.lane import place_of
from tests.support import lago

INVOICE = lago.body(lago.event("invoice.created", lago.invoice()))
PAYMENT = lago.body(lago.event("payment.succeeded", lago.payment()))
IN_VAIN = Rejected(code="dependency_missing", message="doc lago-inv-1 is not in NetSuite; waited 6 h")


class Scene:
    def __init__(self) -> None:
        self.published: list[Rejected] = []
        self.outcome: Outcome = Rejected(code="USER_ERROR", message="Please enter a value for Location.")
        self.known = RecentFailures(deliver=self.deliver, give_up=self.give_up)

    async def deliver(self, records, _):
        return [self.outcome for _ in records]

    async def give_up(self, _, rejected):
        self.published.append(rejected)


@pytest.fixture
def scene():
    return Scene()


def record(value: bytes, offset: int = 0) -> Record:
    place = place_of(value)
    return Record(
        source=Source(topic="t", partition=0, offset=offset),
        timestamp_ms=0,
        key=None,
        value=value,
        lane=LaneKey(place.lane or "none"),
        needs=tuple(map(LaneKey, place.needs)),
        refers_to=tuple(map(LaneKey, place.refers_to)),
    )


async def test_a_payment_whose_invoice_was_rejected_names_invoice_and_code(scene):
    """By the number that finance people know, and as fields for machines."""
    await scene.known.deliver([record(INVOICE)], nothing_held)
    await scene.known.give_up(record(PAYMENT, 1), IN_VAIN)

    [told] = scene.published
    assert told.code == "dependency_missing"
    assert "invoice ACM-3F21-202608-057 was rejected with USER_ERROR: Please enter a value" in told.message
    assert "replay it, then replay this event" in told.hint
    assert told.details["cause_code"] == "USER_ERROR"
    assert told.details["cause_lago_id"] == lago.INVOICE_ID


async def test_an_invoice_that_was_given_up_is_named_too(scene):
    """It failed for an hour, and its payment waited for it."""
    await scene.known.give_up(record(INVOICE), Rejected(code="parked_too_long", message="UNEXPECTED_ERROR"))
    await scene.known.give_up(record(PAYMENT, 1), IN_VAIN)

    assert scene.published[1].details["cause_code"] == "parked_too_long"
    assert "UNEXPECTED_ERROR" in scene.published[1].message


async def test_an_invoice_that_never_came_leaves_the_reference_that_is_missing(scene):
    """Nothing is guessed."""
    await scene.known.give_up(record(PAYMENT), IN_VAIN)

    assert scene.published == [IN_VAIN]


async def test_what_was_written_at_last_is_no_cause_any_more(scene):
    """A replay succeeded."""
    await scene.known.deliver([record(INVOICE)], nothing_held)
    scene.outcome = Delivered(written=())
    await scene.known.deliver([record(INVOICE)], nothing_held)
    await scene.known.give_up(record(PAYMENT), IN_VAIN)

    assert scene.published == [IN_VAIN]


async def test_another_failure_of_a_payment_is_its_own(scene):
    """Its invoice has nothing to do with it."""
    own = Rejected(code="parked_too_long", message="no")
    await scene.known.deliver([record(INVOICE)], nothing_held)
    await scene.known.give_up(record(PAYMENT), own)

    assert scene.published == [own]
