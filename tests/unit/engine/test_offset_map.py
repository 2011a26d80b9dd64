"""The offset map: the settled offsets after the position, in a commit's metadata."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consumer.engine import offset_map
from consumer.engine.ledger import Admitted, Ledger
from consumer.engine.offset_map import MAX_SPAN, OffsetMap, Unusable

VECTORS = json.loads((Path(__file__).parents[3] / "schemas" / "vectors" / "offset_map.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["maps"], ids=lambda vector: vector["about"])
def test_a_map_is_the_text_of_its_vector_and_back(vector):
    """Other programs may read our commits by these vectors."""
    known = OffsetMap(base=vector["base"], end=vector["base"] + vector["span"], open=tuple(vector["open"]))

    assert offset_map.encode(known) == vector["metadata"]
    assert offset_map.decode(vector["metadata"], vector["base"]) == known


@pytest.mark.parametrize("vector", VECTORS["unusable"], ids=lambda vector: vector["about"])
def test_a_map_that_disagrees_is_ignored_for_a_named_reason(vector):
    """Replaying is safe, skipping is not; and starting never fails for it."""
    read = offset_map.decode(vector["metadata"], vector["committed"])

    assert read == Unusable(reason=vector["reason"])


def test_no_metadata_is_no_map_and_no_complaint():
    """A commit by hand, or by a tool, has none."""
    assert offset_map.decode("", 7) == OffsetMap(base=7, end=7)


def test_the_largest_map_fits_what_kafka_accepts():
    """Every other offset open, at the highest offset there is: still below offset.metadata.max.bytes."""
    base = 2**63 - 1 - MAX_SPAN
    worst = OffsetMap(base=base, end=base + MAX_SPAN, open=tuple(range(base, base + MAX_SPAN, 2)))

    assert len(offset_map.encode(worst)) <= 2_750


def test_a_new_owner_carries_only_what_the_last_one_left_open():
    """Of 10 to 14, two were done: they are not carried again."""
    left = Ledger.at(10)
    for offset in range(10, 15):
        left.admit(offset)
    left.complete(12)
    left.complete(14)

    known = offset_map.decode(left.position().metadata, left.position().offset)
    assert isinstance(known, OffsetMap)
    taken = Ledger(known)

    again, done = Admitted.REPEATED, Admitted.DONE_BEFORE
    assert [taken.admit(offset) for offset in range(10, 16)] == [
        again,
        again,
        done,
        again,
        done,
        Admitted.NEW,
    ]


def test_what_the_last_owner_did_stays_known_before_its_records_come_in_again():
    """A second crash in a row loses nothing of the map."""
    known = OffsetMap(base=10, end=15, open=(10, 11, 13))

    position = Ledger(known).position()

    assert offset_map.decode(position.metadata, position.offset) == known


def test_an_open_offset_that_kafka_no_longer_has_does_not_hold_the_position():
    """Its record has been deleted: nobody can carry it."""
    ledger = Ledger(OffsetMap(base=10, end=15, open=(10, 11, 13)))

    ledger.admit(12)

    assert ledger.base == 13


@pytest.mark.parametrize(("begin", "lost"), [(0, 0), (5, 0), (6, 1), (9, 2), (10, 2), (12, 4)])
def test_what_kafka_deleted_is_open_below_where_it_begins_now(begin, lost):
    """5 and 8 are open, 6, 7 and 9 done, and nothing is known of what comes from 10 on."""
    known = OffsetMap(base=5, end=10, open=(5, 8))

    assert offset_map.open_before(known, begin) == lost
