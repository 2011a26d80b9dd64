"""Files of events are cut into events without touching their bytes."""

import json
import time

from consumer.commands import event_file

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
