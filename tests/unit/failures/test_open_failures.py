"""What a result ends: the failures of its object that came before it, and that nothing else ends."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.failures import end
from consumer.failures.open_failures import OpenFailures
from consumer.record import Record
from schemas.result import Result
from tests.support import topic_records
from tests.unit.failures.errors import failure, result


def known(*records: Record) -> OpenFailures:
    """The failures after these records."""
    found = OpenFailures()
    for record in records:
        found.note(record)
    return found


def ended(open_failures: OpenFailures, written: Result, at_ms: int = 5_000, **changes: Any) -> list[str]:
    return [each.id for each in open_failures.ended_by(written, at_ms, **changes)]


def resolved(number: int = 1, *, resolved_by: str = "written", offset: int = 9) -> Record:
    """The end of a failure."""
    value = topic_records.example("error_resolved")
    value |= {"error_id": f"error-{number}", "resolved_by": resolved_by}
    return topic_records.ended(value, offset=offset)


def test_a_later_result_of_the_same_object_ends_its_failures():
    """All of them, the oldest first; those of other objects stay open."""
    same = topic_records.example("error_event")["object"] | {"lago_id": "inv-1"}
    found = known(
        topic_records.failed(2, at_ms=3_000, offset=2),
        topic_records.failed(1, at_ms=1_000, offset=0),
        topic_records.failed(3, at_ms=2_000, offset=1, object=same),
    )

    assert ended(found, result(1)) == ["error-1", "error-3"]
    assert ended(found, result(4)) == []
    assert ended(found, result(1, connection="netsuite-us")) == []


@pytest.mark.parametrize("at_ms", [999, 1_000])
def test_a_result_from_before_the_failure_ends_nothing(at_ms):
    """What was written then is not what failed."""
    assert ended(known(topic_records.failed(at_ms=1_000)), result(), at_ms) == []


def test_only_a_void_ends_a_failed_void():
    """A repeat of the invoice does not void it."""
    found = known(topic_records.failed(event="invoice.voided"))

    assert ended(found, result()) == []
    assert ended(found, result(status="voided")) == ["error-1"]


@pytest.mark.parametrize(
    "record",
    [
        topic_records.marked(1, "synced", offset=1),
        topic_records.marked(1, "ignored", offset=1),
        topic_records.marked(1, "replayed", offset=1, replayed_to=900),
        resolved(),
    ],
    ids=["synced", "ignored", "under way", "ended"],
)
def test_what_ends_otherwise_is_left_out(record):
    """A person's act and a replay have an end of their own, and nothing ends twice."""
    assert ended(known(topic_records.failed(), record), result()) == []


def test_the_failure_that_the_worker_ends_is_left_out():
    """The mark of its replay may come after the result."""
    assert ended(known(topic_records.failed()), result(), except_id="error-1") == []


def test_a_failure_that_is_open_again_can_end_again():
    """A replay that failed, and one that a person has closed and reopened."""
    replayed = topic_records.marked(1, "replayed", offset=1, replayed_to=900)
    closed = topic_records.marked(1, "ignored", offset=1)
    reopened = topic_records.marked(1, "reopened", offset=3)

    assert ended(known(topic_records.failed(), replayed, topic_records.failed(offset=2)), result()) == [
        "error-1"
    ]
    assert ended(
        known(topic_records.failed(), closed, resolved(resolved_by="closed", offset=2), reopened), result()
    ) == ["error-1"]


def test_what_has_ended_takes_no_memory():
    """Its object neither."""
    found = known(topic_records.failed(1), topic_records.failed(2, offset=1))

    found.forget("error-1")
    found.forget("error-1")

    assert (len(found), ended(found, result(1)), ended(found, result(2))) == (1, [], ["error-2"])


def test_foreign_records_are_passed_over_and_undecodable_events_end_by_an_act_only():
    """They have no object that could be written."""
    foreign = topic_records.record("lago.accounting-provider-error", {"webhook_type": "x"}, offset=0)

    found = known(foreign, topic_records.failed(object=None))

    assert [each.id for each in found.waiting] == ["error-1"]
    assert ended(found, result(1)) == []
    assert len(known(topic_records.failed(object=None), resolved(resolved_by="closed"))) == 0


def test_the_end_of_a_failure_is_read_back():
    """With document and customer; it is no failure."""
    made = end.of(failure(customer_id="cus-1"), resolved_by="written", at=failure().published_at)
    record = topic_records.ended(made.model_dump(mode="json"), offset=1)

    assert end.read(record) == made
    assert (made.error_id, made.resolved_by, made.object.number) == ("error-1", "written", "ACME-1")
    assert end.read(topic_records.failed()) is None
    assert end.read(topic_records.ended({"error_id": 1}, offset=1)) is None
