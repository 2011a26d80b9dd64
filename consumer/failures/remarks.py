"""What people write on failures and whose failures they are, as the audit has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.audit import AuditRecord

LARGEST_COUNT = 500
"""Of failures whose ids stand in one record."""
NAME_LIMIT_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody has written; `at` is RFC 3339."""

    at: str
    actor: str
    text: str

    def __str__(self) -> str:
        """``2026-08-01T09:00:00Z, ada: asked ACME for the number``."""
        return f"{self.at}, {self.actor}: {self.text}"


@dataclass(frozen=True, slots=True)
class Remarks:
    """
    All of them, by id of the error event.

    Attributes:
        notes: in the order in which they were written.
        assignees: a name for each that is assigned to somebody.
    """

    notes: Mapping[str, Sequence[Note]] = field(default_factory=dict)
    assignees: Mapping[str, str] = field(default_factory=dict)


def of(records: Iterable[AuditRecord]) -> Remarks:
    """What the audit records say; those of other acts say nothing."""
    notes: dict[str, dict[Note, None]] = {}
    assignees: dict[str, str] = {}
    for record in sorted(records, key=lambda each: each.at):
        for error_id in error_ids(record):
            if record.act == "note":
                written = Note(at=record.at, actor=record.actor, text=record.reason)
                notes.setdefault(error_id, {})[written] = None
            else:
                assignees[error_id] = record.details.get("assignee", "")
    return Remarks(
        {error_id: list(written) for error_id, written in notes.items()},
        {error_id: name for error_id, name in assignees.items() if name},
    )


def error_ids(record: AuditRecord) -> Sequence[str]:
    """The failures of a note or an assignment; none of another act."""
    return record.details.get("errors", "").split() if record.act in {"note", "assign"} else ()


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """The ids in parts that fit a record each."""
    for begin in range(0, len(ids), LARGEST_COUNT):
        yield ids[begin : begin + LARGEST_COUNT]


def details(ids: Sequence[str], *, assignee: str | None = None) -> dict[str, str]:
    """What the audit record of one says; `assignee` is None for a note, and empty for nobody."""
    found = {"errors": " ".join(ids)}
    return found if assignee is None else found | {"assignee": assignee}
