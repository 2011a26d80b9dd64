"""The console's tables are the same whatever the size of the batches that they were read in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.console import database
from consumer.console.projection import Projection
from consumer.record import Record
from tests.support import topic_records as topics

DOCUMENTS = st.integers(1, 2)
PLACES = st.integers(1, 3)
"""Of events: few, so that results, failures and replays meet at one."""
TABLES = ("results", "result_counts", "failures", "reasons", "marks", "former_outcomes", "acts",
          "notes", "assignments", "waiting",
          "reconciliations", "positions", "cause_sums", "missing_sums")  # fmt: skip
MARKS = st.sampled_from(["synced", "ignored", "reopened"])
KINDS = st.sampled_from(
    [*["failed", "written"] * 4, *["replayed"] * 2, "closed", "waits", "ends", "act", "run", "none"]
)
OBJECTS = st.sampled_from(["invoice", "payment"])
SEARCHED = (("result_words", "INV*"), ("result_words", "NEW*"), ("failure_words", "ACME*"))


@st.composite
def happened(draw: st.DrawFn) -> Record:
    """A record of any topic; its offset, and most of its time, are given by its place among the others."""
    document, place = draw(DOCUMENTS), draw(PLACES)
    about: dict[str, Any] = {"offset": 0, "at_ms": draw(st.integers(-3, 3)) * 1_000}
    match draw(KINDS):
        case "failed":
            event = draw(st.sampled_from(["invoice.created", "invoice.voided"]))
            found = topics.failed(document, event_offset=place, event=event, **about)
        case "written":
            status, number = (
                draw(st.sampled_from(["created", "voided"])),
                draw(st.sampled_from(["INV1", "NEW2"])),
            )
            changed = {"object": draw(OBJECTS), "status": status, "netsuite_number": number}
            found = topics.written(document, event_offset=place, **changed, **about)
        case "closed":
            found = topics.marked(document, draw(MARKS), **about)
        case "replayed":
            found = topics.marked(document, "replayed", replayed_to=place, attempt=draw(PLACES), **about)
        case "waits":
            found = topics.parked(document, attempts=place, offset=0)
        case "ends":
            found = topics.settled(document, offset=0)
        case "act":
            found = topics.acted(offset=0, actor=str(document))
        case "run":
            found = topics.reconciled(run_id=str(document), difference_count=place)
        case _:
            found = topics.record(
                draw(st.sampled_from(["lago.netsuite.results", "lago.netsuite.audit"])), {}, offset=0
            )

    return found


@settings(max_examples=50)
@given(st.lists(happened(), min_size=8, max_size=32).map(lambda found: list(_in_order(found))), st.data())
def test_batches_of_any_size_end_in_the_tables_of_one_record_at_a_time(records, data):
    """Rows, states, sums and what can be searched for."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(records)))) | {0, len(records)})
    batches = [records[begin:end] for begin, end in pairwise(cuts)]

    expected = _tables([each] for each in records)
    assert _tables(batches) == expected
    assert _tables([records]) == expected


def _in_order(records: list[Record]) -> Iterator[Record]:
    """With the offsets that Kafka gives, topic by topic, and times that do not run back within a topic."""
    ends: dict[str, tuple[int, int]] = {}
    for number, each in enumerate(records, start=1):
        offset, at_ms = ends.get(each.source.topic, (0, 0))
        later_ms = max(at_ms, 1_000 * number + each.timestamp_ms)
        ends[each.source.topic] = offset + 1, later_ms
        yield _moved(each, offset, later_ms)


def _moved(record: Record, offset: int, at_ms: int) -> Record:
    value = None if record.value is None else json.loads(record.value)
    is_mark = bool(record.headers)
    key = (record.key or b"").decode()
    return topics.record(record.source.topic, value, offset=offset, at_ms=at_ms, key=key, is_mark=is_mark)


def _tables(batches: Any) -> dict[str, list[tuple[Any, ...]]]:
    with TemporaryDirectory() as folder:
        connection = database.writer(Path(folder) / "console.sqlite")
        projection = Projection(connection)
        for batch in batches:
            projection.apply(batch)
            projection.refresh()
        connection.execute("INSERT INTO result_words (result_words) VALUES ('integrity-check')")
        found = {table: _rows(connection, f"SELECT * FROM {table}") for table in TABLES}
        for table, words in SEARCHED:
            found[words] = _rows(connection, f"SELECT rowid FROM {table} WHERE {table} MATCH '{words}'")
        connection.close()
    return found


def _rows(connection: sqlite3.Connection, query: str) -> list[tuple[Any, ...]]:
    """When a failure has ended is left out: the first result that is known says so."""
    rows = (dict(row) | {"ended_ms": None} for row in connection.execute(query))
    return sorted((tuple(row.values()) for row in rows), key=repr)
