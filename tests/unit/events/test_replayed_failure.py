"""One failure has one life: a replay that fails again keeps its id, its first time and its attempts."""

from __future__ import annotations

import json

import pytest

from consumer.clock import FakeClock
from consumer.events import replayed_failure
from consumer.events.outgoing import Attempt, OutgoingEvents
from consumer.events.replayed_failure import ReplayedFailure
from consumer.outcome import Rejected, Written
from consumer.record import LaneKey, Record
from schemas import envelope, error_resolved
from schemas.error_resolved import ErrorResolved
from tests.support import lago
from tests.support.connection_files import connection
from tests.unit.failures.errors import source

CLOCK = FakeClock()
FIRST = ReplayedFailure(connection="netsuite-eu", id="the-first", first_failed_at="2026-08-01", attempts=4)
ELSEWHERE = ReplayedFailure(connection="netsuite-us", id="another", first_failed_at="2026-08-02", attempts=9)


def replayed(*headers: tuple[str, bytes]) -> Record:
    return Record(
        source=source(900),
        timestamp_ms=1,
        key=b"k",
        value=lago.invoice_event(),
        headers=headers,
        lane=LaneKey("lane"),
    )


def failed(record: Record) -> dict[str, object]:
    """The error event of a second attempt."""
    attempt = Attempt(number=2, first_at=CLOCK.now(), now=CLOCK.now())
    rejected = Rejected(code="invalid_mapping", message="no item")
    event = OutgoingEvents.of(connection()).failure(record, envelope.decode(record.value), rejected, attempt)
    assert dict(event.headers)["ce_id"].decode() == json.loads(event.value)["id"]
    return json.loads(event.value)


def test_a_replay_that_fails_again_keeps_id_first_time_and_attempts():
    """Of its own connection, whatever other connections have made of the record."""
    told = failed(replayed(replayed_failure.header_of([ELSEWHERE, FIRST])))

    assert (told["id"], told["first_failed_at"], told["attempts"]) == ("the-first", "2026-08-01", 6)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (replayed_failure.header_of([ELSEWHERE]),),
        ((replayed_failure.HEADER, b"{not a list"),),
        ((replayed_failure.HEADER, b'[{"connection": "netsuite-eu"}]'),),
        (replayed_failure.header_of([FIRST] * 500),),
    ],
    ids=["none", "of another connection", "no JSON", "incomplete", "too long"],
)
def test_an_event_without_a_failure_here_has_a_new_one(headers):
    """A header that says nothing usable is passed over."""
    told = failed(replayed(*headers))

    assert (told["id"] == "the-first", told["attempts"]) == (False, 2)


def results(record: Record) -> list[ErrorResolved]:
    """The ends of failures among what is published of a written record."""
    attempt = Attempt(number=1, first_at=CLOCK.now(), now=CLOCK.now())
    made = Written(
        object="invoice",
        lago_id=lago.INVOICE_ID,
        netsuite_type="invoice",
        internal_id="1",
        external_id="lago-inv-1",
        status="created",
    )
    event = envelope.decode(record.value)
    assert isinstance(event, envelope.Envelope)
    first, *others = OutgoingEvents.of(connection()).results(record, event, (made,), attempt)
    assert first.topic == "lago.netsuite.results"
    assert all((each.topic, each.key) == ("lago.accounting-provider-error", b"lane") for each in others)
    return [ErrorResolved.model_validate_json(each.value) for each in others]


def test_a_replay_that_is_written_ends_its_failure_by_one_event():
    """With an id of its own, the same for every repeat; an event that has never failed ends none."""
    record = replayed(replayed_failure.header_of([ELSEWHERE, FIRST]))
    [ended] = results(record)

    assert (ended.error_id, ended.resolved_by) == ("the-first", "written")
    assert ended.id == error_resolved.event_id("the-first") == results(record)[0].id
    assert ended.object is not None
    assert (ended.object.number, ended.object.amount) == ("ACM-3F21-202608-057", "10.00")
    assert results(replayed()) == []
    assert results(replayed(replayed_failure.header_of([ELSEWHERE]))) == []
