"""
Rows of a search with columns of the join `systemNotes`: one for each note of a record.

The sandbox keeps two of them: of who made the record, and of its last change. Public scripts use the columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from consumer.sandbox.netsuite.change_stamps import Author
from consumer.sandbox.netsuite.suitescript.list_rows import Row

_DATE, _NAME, _TYPE = "systemnotes.date", "systemnotes.name", "systemnotes.type"
COLUMNS = frozenset({_DATE, _NAME, _TYPE})
"""Names of the columns, after that of the join."""


def with_notes(rows: Iterable[Row], columns: Sequence[Mapping[str, Any]]) -> Iterable[Row]:
    """The rows unchanged, or one for each note, the newest first, when a column of these is asked for."""
    return _notes(rows) if any(column["name"] in COLUMNS for column in columns) else rows


def _notes(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        if row.stamp is not None:
            yield _note(row, row.stamp.changed, "Change")
            yield _note(row, row.stamp.created, "Create")


def _note(row: Row, author: Author, kind: str) -> Row:
    values = {**row.values, _DATE: author.at, _NAME: author.by, _TYPE: kind}
    return replace(row, values=values, texts={**(row.texts or {}), _NAME: author.name})
