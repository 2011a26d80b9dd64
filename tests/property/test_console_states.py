"""The console's states of failures are those of `consumer.failures.history`, however topics are read."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from consumer.console import database
from consumer.console.projection import Projection
from consumer.failures.failure import Failure, read
from consumer.failures.history import History, State
from consumer.record import Record
from schemas.result import Result
from tests.support import topic_records as topics

DOCUMENTS = 3
documents, events = st.integers(1, DOCUMENTS), st.sampled_from(["error", "void"])
happenings = st.tuples(
    st.sampled_from(["failed", "written", "replayed", "synced", "ignored", "reopened"]), documents, events
)


@given(st.lists(happenings, max_size=12), st.data(), st.integers(100, 115))
def test_any_reading_order_ends_in_the_states_of_the_history(happened, data, committed):
    """The order within a topic is kept, that of the topics is not."""
    errors, results = _records(happened)
    settled = {(topics.CONNECTION, topics.EVENTS, 0): committed}
    history = _history(errors, results)

    with TemporaryDirectory() as folder:
        connection = database.writer(Path(folder) / "console.sqlite")
        projection = Projection(connection)
        for batch in _batches(errors, results, data):
            projection.apply(batch)
        projection.settle(settled)
        rows = connection.execute("SELECT id, state FROM failures").fetchall()
        connection.close()

    assert {row["id"]: row["state"] for row in rows} == {
        each.id: history.state(each, settled).value for each in history.failures.values()
    }
    assert all(row["state"] in {state.value for state in State} for row in rows)


def _records(happened: list[tuple[str, int, str]]) -> tuple[list[Record], list[Record]]:
    """
    The records of both topics; each is published a second after the one before.

    An event is at its first place until it is replayed, which gives it a new one.
    """
    errors: list[Record] = []
    results: list[Record] = []
    places: dict[tuple[int, str], int] = {}
    for number, (kind, document, about) in enumerate(happened, start=1):
        at = {"offset": number, "at_ms": 1_000 * number}
        place = places.get((document, about), 2 * document + (about == "void"))
        error_id = f"{about}-{document}"
        match kind:
            case "failed":
                event = "invoice.voided" if about == "void" else "invoice.created"
                errors.append(topics.failed(document, id=error_id, event=event, event_offset=place, **at))
            case "written":
                status = "voided" if about == "void" else "created"
                results.append(topics.written(document, status=status, event_offset=place, **at))
            case "replayed":
                places[document, about] = new = 100 + number
                replay = {"replayed_to": new, "attempt": number}
                errors.append(topics.marked(document, kind, error_id=error_id, **replay, **at))
            case _:
                errors.append(topics.marked(document, kind, error_id=error_id, **at))
    return errors, results


def _history(errors: list[Record], results: list[Record]) -> History:
    history = History()
    for record in errors:
        found = read(record)
        assert found is not None
        if isinstance(found, Failure):
            history.note_failure(found)
        else:
            history.note_mark(found)
    for record in results:
        history.note_result(Result.model_validate_json(record.value or b""), record.timestamp_ms)
    return history


def _batches(errors: list[Record], results: list[Record], data: st.DataObject) -> list[list[Record]]:
    queues, merged = [list(errors), list(results)], list[list[Record]]()
    while any(queues):
        open_queues = [queue for queue in queues if queue]
        queue = data.draw(st.sampled_from(open_queues)) if len(open_queues) > 1 else open_queues[0]
        size = data.draw(st.integers(1, len(queue)))
        merged.append(queue[:size])
        del queue[:size]
    return merged
