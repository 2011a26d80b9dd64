"""Notes on failures and their assignments are what the audit records say."""

from __future__ import annotations

from consumer.failures import remarks
from consumer.failures.remarks import Note
from schemas.audit import AuditRecord


def said(act, second, *ids, assignee=None, reason="asked ACME", actor="ada"):
    return AuditRecord(
        connection="eu", act=act, actor=actor, at=f"2026-08-01T10:00:{second:02}Z", reason=reason,
        details=remarks.details(ids, assignee=assignee),
    )  # fmt: skip


def test_notes_are_kept_in_the_order_of_time():
    """Also where a record names several failures, and connections are read one after the other."""
    found = remarks.of([said("note", 2, "e1"), said("note", 1, "e1", "e2", reason="seen")])

    assert [each.text for each in found.notes["e1"]] == ["seen", "asked ACME"]
    assert found.notes["e2"] == [Note(at="2026-08-01T10:00:01Z", actor="ada", text="seen")]
    assert str(found.notes["e2"][0]) == "2026-08-01T10:00:01Z, ada: seen"


def test_the_last_assignment_counts():
    """To nobody is none."""
    found = remarks.of(
        [
            said("assign", 1, "e1", "e2", assignee="grace"),
            said("assign", 2, "e1", assignee="bob"),
            said("assign", 3, "e2", assignee=""),
        ]
    )

    assert found.assignees == {"e1": "bob"}


def test_other_acts_say_nothing_of_failures():
    """The list of a replay's first failures has the same name."""
    replay = AuditRecord(
        connection="eu", act="replay", actor="ada", at="t", details={"errors": "e1, e2", "documents": "2"}
    )

    assert remarks.of([replay]) == remarks.Remarks()


def test_many_failures_are_said_in_several_records():
    """Each fits Kafka's limit."""
    ids = [f"error-{number}" for number in range(1_201)]

    assert [len(each) for each in remarks.chunks(ids)] == [500, 500, 201]
