"""The offset that may be committed."""

from __future__ import annotations

import pytest

from consumer.engine.ledger import Ledger, Partition
from consumer.record import Source


def ledger_of(*offsets: int) -> Ledger:
    ledger = Ledger.at(offsets[0])
    for offset in offsets:
        ledger.admit(offset, size_bytes=10)
    return ledger


def test_nothing_open_commits_the_next_offset():
    """Kafka's position is the next offset to read, one past the last that is done."""
    ledger = ledger_of(5)

    ledger.complete(5)

    assert ledger.base == 6


def test_the_lowest_open_offset_holds_the_commit():
    """What is done above an open offset does not move the position."""
    ledger = ledger_of(5, 6, 7)

    ledger.complete(6)
    ledger.complete(7)

    assert ledger.base == 5


def test_completing_the_lowest_releases_all_that_was_done_behind_it():
    """The position jumps over everything that was waiting for its turn."""
    ledger = ledger_of(5, 6, 7)
    ledger.complete(6)

    ledger.complete(5)

    assert ledger.base == 7


def test_offsets_that_never_arrive_count_as_done():
    """Compaction and transaction markers leave gaps, and nothing is owed for them."""
    ledger = ledger_of(5, 9)

    ledger.complete(5)

    assert ledger.base == 9


def test_settling_twice_is_a_defect():
    """A record that is done cannot be done again."""
    ledger = ledger_of(5)
    ledger.complete(5)

    with pytest.raises(KeyError):
        ledger.complete(5)


def test_an_offset_that_goes_back_is_refused():
    """Offsets rise; a partition that has gone back needs a new ledger."""
    ledger = ledger_of(5)

    with pytest.raises(ValueError, match="offset 5 after 5"):
        ledger.admit(5)


def test_size_is_that_of_the_open_records():
    """Memory is held by what is not done."""
    ledger = ledger_of(5, 6)

    ledger.complete(5)

    assert (ledger.unsettled, ledger.buffered_bytes) == (1, 10)


def test_a_partition_is_told_from_a_records_coordinates():
    """Offsets do not matter for it."""
    source = Source(topic="lago.invoices", partition=3, offset=17)

    assert Partition.of(source) == Partition(topic="lago.invoices", number=3)
