"""Files of events are cut into events without touching their bytes."""

import json
import time

import pytest

from consumer.commands import event_file
from consumer.errors import ConfigurationError

MANY = 20_000


def test_the_time_for_an_array_grows_with_its_length():
    """Cutting one out must not copy what follows it: a month of events in one array is common."""
    array = json.dumps([{"n": n, "text": "x" * 200} for n in range(MANY)]).encode()

    started_s = time.process_time()
    found = list(event_file.events(array))

    assert len(found) == MANY
    assert json.loads(found[-1])["n"] == MANY - 1
    assert time.process_time() - started_s < 5  # copying the rest each time takes minutes


def test_separators_within_texts_separate_nothing():
    """Only what stands between events does."""
    values = [b'{"a": "], ["}', b'{"b": "}, {"}']

    assert list(event_file.events(b"[ " + b" ,\n".join(values) + b" ]")) == values


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": 1}\n\n{"b": 2}\n{"c": 3}',
        b'\xef\xbb\xbf{"a": 1}\n{"b": 2}\n',
        b'[{"a": 1}, {"b": 2}]',
        b'{"a": 1}',
        b'{\n"a": 1\n}\n',
        b"{garbage}\n{more}\n",
        b"garbage",
    ],
)
def test_a_stream_has_the_same_events(content, tmp_path):
    """Whatever the form of the file."""
    file = tmp_path / "events"
    file.write_bytes(content)

    assert [value.strip() for value in event_file.stream(file)] == list(event_file.of(file))


def test_an_empty_file_is_said_by_a_stream_too(tmp_path, capsys):
    """It is one event that cannot be decoded."""
    file = tmp_path / "events"
    file.write_bytes(b"")

    assert list(event_file.stream(file)) == [b""]
    assert "contains no event" in capsys.readouterr().err


def test_a_file_of_one_event_a_line_may_be_larger_than_any_other(tmp_path, monkeypatch):
    """Only one line of it is in memory."""
    monkeypatch.setattr(event_file, "EVENT_LIMIT_BYTES", 100)
    file, array = tmp_path / "events.jsonl", tmp_path / "events.json"
    file.write_bytes(b'{"a": 1}\n' * 1_000)
    array.write_bytes(b"[" + b'{"a": 1},' * 1_000 + b'{"a": 1}]')

    assert sum(1 for _ in event_file.stream(file)) == 1_000
    with pytest.raises(ConfigurationError, match="larger than"):
        list(event_file.stream(array))
