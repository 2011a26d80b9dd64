"""Records of the topics are counted by kind: arrived, settled in which way, replayed."""

import json

import pytest

from consumer.demo.scenario_event import ScenarioEvent
from consumer.demo.topic_watch import TopicRecords, until
from consumer.record import Record, Source
from schemas import error_event, error_mark, error_resolved, result

PREFIX = "demo-1."
SCENE = ScenarioEvent(
    title="x", topic="lago.invoices", key=b"o:c", value=b"{}", unique_key="k1", ending="booked"
)
SOURCE = {"topic": f"{PREFIX}lago.invoices", "partition": 2, "offset": 7, "timestamp_ms": 0}
PLACE = (f"{PREFIX}lago.invoices", 2, 7)
RESULT = {
    "connection": "c", "object": "invoice", "lago_id": "i", "event": "invoice.created", "status": "created",
    "netsuite_type": "invoice", "internal_id": "1", "external_id": "x", "mapping_version": "m", "attempts": 1,
    "written_at": "", "timings": {"latency_ms": 1, "call_ms": 1}, "source": SOURCE,
}  # fmt: skip
ERROR = {
    "organization_id": None, "id": "e1", "occurred_at": "", "event": None, "object": None, "hint": "",
    "retryable": True, "attempts": 1, "first_failed_at": "", "source": SOURCE, "original": None,
    "accounting_provider_customer_error": {
        "lago_customer_id": None, "external_customer_id": None, "accounting_provider_code": "c",
        "provider_error": {"message": "no", "error_code": "invalid_mapping"},
    },
}  # fmt: skip


def record(topic, body, *headers):
    source = Source(topic=PREFIX + topic, partition=2, offset=7)
    return Record(
        source=source, key=b"k", value=json.dumps(body).encode(), headers=headers, timestamp_ms=0, lane=None
    )


@pytest.fixture
def seen():
    return TopicRecords()


def test_a_webhook_is_known_by_its_unique_key(seen):
    """`ingest` does not say where it has put it."""
    seen.note(record("lago.invoices", {}, ("x-lago-unique-key", b"k1")))

    assert seen.arrivals == {"k1": PLACE}
    assert not seen.has_ended(SCENE)


def test_what_was_put_back_is_no_second_arrival(seen):
    """It carries the headers of the first, and the id of its failure."""
    seen.note(record("lago.invoices", {}, ("x-lago-unique-key", b"k1"), ("replay-of", b"e1")))

    assert (seen.arrivals, seen.replays) == ({}, {"e1": PLACE})


@pytest.mark.parametrize("origin", ["lago_api", "backfill"])
def test_what_is_made_from_lagos_api_is_known_by_its_origin(seen, origin):
    """It has no unique key, and a body that cannot be decoded has no origin either."""
    body = {"webhook_type": "x.y", "object_type": "x", "organization_id": "o", "x": {"lago_id": "p1"}}

    seen.note(record("lago.payments", body, ("origin", origin.encode())))
    seen.note(record("lago.payments", None, ("origin", origin.encode())))

    [found] = seen.read_by(origin)
    assert (found.lago_id, found.place) == ("p1", (f"{PREFIX}lago.payments", 2, 7))
    assert seen.arrivals == {}


@pytest.mark.parametrize(("topic", "body"), [(result.TOPIC, RESULT), (error_event.TOPIC, ERROR)])
def test_an_event_has_ended_once_something_is_told_of_it(seen, topic, body):
    """Whether good or bad."""
    seen.note(record("lago.invoices", {}, ("x-lago-unique-key", b"k1")))

    seen.note(record(topic, body))

    assert seen.has_ended(SCENE)


def test_the_end_of_a_failure_is_no_failure(seen):
    """It says that a replay is written."""
    seen.note(record(error_event.TOPIC, {}, ("ce_type", error_resolved.WEBHOOK_TYPE.encode())))

    assert not seen.endings.errors


def test_a_mark_on_the_error_topic_is_no_failure(seen):
    """It says that one was replayed."""
    seen.note(record(error_event.TOPIC, {"mark": "replayed"}, (error_mark.HEADER, b"replayed")))

    assert seen.endings.errors == {}


async def test_a_claim_that_never_holds_is_not_waited_for_for_ever():
    """The verdict says what is missing then."""
    asked = []

    await until(lambda: bool(asked.append(1)), limit_s=0.0)

    assert asked


async def test_a_claim_that_holds_is_not_waited_for():
    await until(lambda: True, limit_s=-1.0)
