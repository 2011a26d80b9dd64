"""What goes back is the event as it was, with a note of where it comes from."""

import base64
import json

import pytest

from consumer.failures import original
from consumer.record import LaneKey, Record
from tests.unit.failures.errors import failure, source

EVENT = '{"webhook_type": "invoice.created",  "invoice": {"amount": 1.10, "original": null}}'


def error(carried: str) -> bytes:
    """An error event with a trap before the member."""
    return ('{"id":"1","details":{"original":{"a":1}},"original":' + carried + ',"trace_id":null}').encode()


def test_the_record_itself_goes_back_with_its_key_and_headers():
    """Bytes untouched."""
    record = Record(
        source=source(1),
        timestamp_ms=0,
        key=b"k",
        value=b"\x00\xff",
        headers=(("a", b"1"),),
        lane=LaneKey("l"),
    )

    found = original.from_topic(failure(1), record)

    assert (found.key, found.value, found.is_embedded) == (b"k", b"\x00\xff", False)
    *others, (name, listed) = found.headers_of_replay(2, [failure(1, attempts=3, first_failed_at="then")])
    assert others == [("a", b"1"), ("replay-of", b"error-1"), ("replay-attempt", b"2")]
    assert (name, json.loads(listed)) == (
        "replay-failures",
        [{"connection": "netsuite-eu", "id": "error-1", "first_failed_at": "then", "attempts": 3}],
    )


def test_a_replay_of_a_replay_names_its_own_error():
    """Each header is there once."""
    record = Record(
        source=source(1),
        timestamp_ms=0,
        key=None,
        value=b"{}",
        headers=(("replay-of", b"e"), ("replay-attempt", b"1"), ("replay-failures", b"[]"), ("a", b"1")),
        lane=LaneKey("l"),
    )

    names = [name for name, _ in original.from_topic(failure(1), record).headers_of_replay(2, [])]

    assert names == ["a", "replay-of", "replay-attempt", "replay-failures"]


def test_what_the_topic_has_lost_comes_out_of_the_error_character_by_character():
    """Spaces and trailing zeros of numbers too."""
    found = original.from_error(failure(1, source_key="org:cus"), error(EVENT))

    assert found is not None
    assert found.value == EVENT.encode()
    assert (found.key, found.is_embedded) == (b"org:cus", True)


def test_bytes_come_back_as_bytes():
    """What could not be decoded was carried as base64."""
    carried = json.dumps({"base64": base64.b64encode(b"\xff{").decode()})

    found = original.from_error(failure(1), error(carried))

    assert found is not None
    assert found.value == b"\xff{"


def test_whoever_writes_the_error_anew_may_put_spaces_in():
    """They belong to the error and not to the event."""
    found = original.from_error(failure(1), json.dumps(json.loads(error('{"a":1}'))).encode())

    assert found is not None
    assert found.value == b'{"a": 1}'


@pytest.mark.parametrize("carried", ['{"omitted_bytes":900000}', "null", '"x"', '{"base64":"%"}'])
def test_what_was_not_carried_is_not_made_up(carried):
    """An event too large for its error is only on its topic."""
    assert original.from_error(failure(1), error(carried)) is None


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b'{"a":1}'])
def test_an_error_without_original_gives_none(value):
    """And never an exception."""
    assert original.from_error(failure(1), value) is None
