"""Refunds that people have to make stay listed until someone closes them, whatever is replayed."""

from datetime import UTC, datetime
from decimal import Decimal

from consumer.failures.refunds import Refunds, amounts
from consumer.record import Source
from schemas.result import Result
from tests.unit.failures.errors import result

NOW = datetime(2026, 8, 20, tzinfo=UTC)
TOPIC = "lago.netsuite.results"


def note(number=1, amount="59.50", **changes):
    """The result of a note that is to be paid back."""
    given = {"object": "credit_note", "currency": "EUR", "action_needed": "refund", "action_amount": amount}
    return result(number, **given | changes)


def noted(*results):
    refunds = Refunds()
    for place, each in enumerate(results, start=1):
        refunds.note_result(each, Source(topic=TOPIC, partition=3, offset=place), 1_000 * place)
    return refunds


def after(*results):
    return noted(*results).to_make


def test_a_note_that_is_to_be_paid_back_is_listed_until_someone_has_done_it():
    """Its id has connection and note; the closing result is on the partition of the note's."""
    [refund] = after(note())

    assert (refund.id, refund.amount, refund.topic, refund.partition) == (
        "netsuite-eu:refund:inv-1",
        Decimal("59.50"),
        TOPIC,
        3,
    )
    assert after(note(), refund.closed("synced", NOW)) == []


def test_a_refund_that_is_written_closes_it():
    """As where a connection begins to book refunds, and the note is replayed."""
    assert after(note(), result(1, object="refund", status="created")) == []


def test_no_replay_opens_a_closed_refund_again():
    """In any order of reading: they are on different partitions."""
    [refund] = after(note())
    closed = refund.closed("ignored", NOW, reason="paid in cash")

    assert after(note(), closed, note()) == []
    assert after(closed, note()) == []


def test_a_replay_does_not_make_a_refund_younger():
    """Its age counts from the first result."""
    [refund] = after(note(), note())

    assert refund.since_ms == 1_000


def test_notes_without_a_refund_and_other_objects_are_not_listed():
    """The oldest is first."""
    listed = after(result(), note(2), note(3, action_needed=None), note(1))

    assert [each.note.lago_id for each in listed] == ["inv-2", "inv-1"]


def test_sums_are_by_currency():
    """An amount that is none counts for nothing."""
    found = amounts(after(note(1), note(2, "0.50"), note(3, "7", currency="JPY"), note(4, "x")))

    assert found == {"EUR": Decimal("60.00"), "JPY": Decimal(7)}


def test_the_closing_result_says_who_may_know_what():
    """It is a result of the object refund, asks for nothing, and keeps the reason."""
    [refund] = after(note())

    closed = Result.model_validate_json(refund.closed("ignored", NOW, reason="cash").model_dump_json())

    assert (closed.key, closed.status, closed.action_needed) == (refund.id, "ignored", None)
    assert (closed.netsuite_type, closed.internal_id, closed.warnings) == ("customerrefund", "", ("cash",))
    assert closed.written_at == "2026-08-20T00:00:00Z"


def test_a_refund_as_json():
    """What a person needs to find the memo."""
    [refund] = after(note(lago_number="CN-1", url="https://memo", netsuite_number="CN-1"))

    assert refund.as_json() == {
        "id": "netsuite-eu:refund:inv-1",
        "connection": "netsuite-eu",
        "lago_id": "inv-1",
        "number": "CN-1",
        "amount": "59.50",
        "currency": "EUR",
        "since": "1970-01-01T00:00:01Z",
        "netsuite": "CN-1",
        "url": "https://memo",
    }


def test_below_the_oldest_open_refund_of_a_partition_nothing_has_to_be_read():
    """Where none is open, nothing below what is read."""
    [first, _] = after(note(1), note(2))
    closing = first.closed("synced", NOW)

    assert noted(note(1), note(2)).floors({3: 9, 4: 7}) == {3: 1, 4: 7}
    assert noted(note(1), note(2), closing).floors({3: 9}) == {3: 2}
    assert noted(note(1), closing).floors({3: 9}) == {3: 9}


def test_a_repeat_of_a_note_may_have_been_paid_back_before():
    """Whoever has not read everything cannot know; a note that was created cannot."""
    assert noted(note(1)).is_certain
    assert not noted(note(1), note(2, status="exists")).is_certain
