"""What is published when the code that makes events fails: a valid error event of the coordinates."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from consumer.events.outgoing import MAX_ORIGINAL_BYTES, Attempt, OutgoingEvents
from consumer.failures import original
from consumer.outcome import Delivered, Rejected, Written
from consumer.pipeline.fallback_event import ContainedOutgoingEvents
from consumer.record import LaneKey, Record, Source
from schemas import envelope
from schemas.error_event import ErrorEvent
from tests.support import lago
from tests.support.connection_files import connection

NOW = datetime(2026, 8, 1, tzinfo=UTC)
ATTEMPT = Attempt(number=2, first_at=NOW, now=NOW)
REFUSED = Rejected(code="invalid_mapping", message="no item is mapped", hint="map one")
WRITTEN = Written(
    object="invoice",
    lago_id="1",
    netsuite_type="invoice",
    internal_id="4711",
    external_id="x",
    status="created",
)


def record_of(value, lane="invoice:1", key=b"org:\xff"):
    source = Source(topic="lago.invoices", partition=3, offset=17)
    return Record(source=source, timestamp_ms=-1, key=key, value=value, lane=LaneKey(lane))


@pytest.fixture
def failing(monkeypatch):
    """Outgoing events of which every method raises."""

    def fails(*_, **__):
        raise KeyError("secret content")

    for verb in ("failure", "results"):
        monkeypatch.setattr(OutgoingEvents, verb, fails)
    return ContainedOutgoingEvents(outgoing=OutgoingEvents.of(connection()))


@pytest.mark.parametrize(
    "value", [lago.invoice_event(), b"{broken", b"\x00\xff", None, b"x" * (MAX_ORIGINAL_BYTES + 1)]
)
@pytest.mark.parametrize("lane", ["invoice:1", "\ud800"])
def test_the_last_resort_is_an_error_event_like_any_other(failing, value, lane):
    """Its model takes it, and what can be replayed of it is what lay on the topic."""
    record = record_of(value, lane)

    with capture_logs() as logs:
        event, ended = failing.failure(record, envelope.decode(value), REFUSED, ATTEMPT)

    told = ErrorEvent.model_validate_json(event.value)
    error = told.accounting_provider_customer_error.provider_error
    assert (ended.code, error.error_code) == ("internal_error", "internal_error")
    assert "KeyError while it made the error event of invalid_mapping: no item is mapped" in error.message
    assert told.details["refused_for"] == "invalid_mapping"
    assert (told.source.topic, told.source.partition, told.source.offset) == ("lago.invoices", 3, 17)
    assert dict(event.headers)["error-code"] == b"internal_error"
    assert b"secret" not in event.value
    assert "secret" not in str(logs)
    if value and len(value) <= MAX_ORIGINAL_BYTES:
        assert base64.b64decode(told.original["base64"]) == value


def test_the_last_resort_can_be_replayed(failing):
    """The bytes in it are the event."""
    with capture_logs():
        event, _ = failing.failure(record_of(lago.invoice_event()), envelope.decode(b""), REFUSED, ATTEMPT)

    assert original._embedded(event.value) == lago.invoice_event()


def test_the_id_is_the_one_that_any_error_event_of_the_record_has(failing, monkeypatch):
    """So that a repeat after an upgrade is known for the same."""
    record, event = record_of(lago.invoice_event()), envelope.decode(lago.invoice_event())
    with capture_logs():
        last_resort, _ = failing.failure(record, event, REFUSED, ATTEMPT)
    monkeypatch.undo()

    full, ended = ContainedOutgoingEvents(outgoing=OutgoingEvents.of(connection())).failure(
        record, event, REFUSED, ATTEMPT
    )

    assert ended is REFUSED
    assert json.loads(full.value)["id"] == json.loads(last_resort.value)["id"]
    assert dict(full.headers)["ce_id"] == dict(last_resort.headers)["ce_id"]
    assert {name for name, _ in last_resort.headers} == {name for name, _ in full.headers}


def test_a_result_that_cannot_be_made_says_what_netsuite_has(failing):
    """The document is booked: a reader of the error must not book it again."""
    event = envelope.decode(lago.invoice_event())

    with capture_logs():
        refused = failing.results(record_of(b""), event, Delivered(written=(WRITTEN,)), ATTEMPT)

    assert isinstance(refused, Rejected)
    assert refused.message == (
        "the worker failed once with KeyError after NetSuite had taken the event: invoice 1 is 4711"
    )
