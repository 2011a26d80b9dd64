"""An error event is read as what a person wants to know of it."""

from decimal import Decimal

from consumer.clock import FakeClock
from consumer.commands.resolution import mark
from consumer.events.outgoing import Attempt, OutgoingEvents
from consumer.failures.failure import Failure, read
from consumer.outcome import Rejected
from consumer.record import LaneKey, Record
from schemas import envelope
from schemas.error_mark import ErrorMark
from tests.support import lago
from tests.support.connection_files import connection
from tests.unit.failures.errors import failure, source

CLOCK = FakeClock()


def published(value: bytes) -> Record:
    """What the worker publishes of an event that it cannot write, as it lies on the topic."""
    record = Record(source=source(7), timestamp_ms=5, key=b"k", value=value, lane=LaneKey("lane"))
    rejected = Rejected(code="invalid_mapping", message="no item", hint="map it")
    event = OutgoingEvents.of(connection()).failure(
        record, envelope.decode(value), rejected, Attempt(number=1, first_at=CLOCK.now(), now=CLOCK.now())
    )
    return Record(
        source=source(3),
        timestamp_ms=1_785_000_000_000,
        key=event.key,
        value=event.value,
        headers=event.headers,
        lane=LaneKey("x"),
    )


def test_what_the_worker_publishes_is_read_back():
    """Document, amount, customer, and where the event lies."""
    found = read(published(lago.invoice_event(number="ACME-7")))

    assert isinstance(found, Failure)
    assert (found.code, found.number, found.object) == ("invalid_mapping", "ACME-7", "invoice")
    assert isinstance(found.amount, Decimal)
    assert found.currency == "EUR"
    assert found.source == source(7)
    assert found.place == source(3)
    assert (found.key, found.source_key) == (b"lane", "k")
    assert lago.CUSTOMER_ID in found.customers


def test_an_event_that_could_not_be_decoded_is_a_failure_without_document():
    """It is shown, and not replayed by chance."""
    found = read(published(b"{broken"))

    assert isinstance(found, Failure)
    assert (found.event, found.object, found.is_retryable) == (None, "", False)


def test_a_mark_is_read_back_from_where_the_error_lies():
    """Same topic, partition and key."""
    copy = mark(failure(1, key=b"lane"), "ignored", CLOCK, reason="test data")
    record = Record(
        source=source(9),
        timestamp_ms=1,
        key=copy.key,
        value=copy.value,
        headers=copy.headers,
        lane=LaneKey("x"),
    )

    found = read(record)

    assert isinstance(found, ErrorMark)
    assert (found.mark, found.error_id, found.reason) == ("ignored", "error-1", "test data")
    assert (copy.topic, copy.partition, copy.key) == ("lago.accounting-provider-error", 0, b"lane")


def test_what_is_neither_is_passed_over():
    """Other programs may write to the topic, too."""
    for value in (None, b"", b"{}", b"[1]"):
        record = Record(source=source(1), timestamp_ms=0, key=None, value=value, lane=LaneKey("x"))
        assert read(record) is None
