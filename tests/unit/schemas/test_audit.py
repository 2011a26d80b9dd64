"""What people did is chained: whatever is altered, left out or put in later is found at its place."""

import pytest

from schemas import audit
from schemas.audit import AuditRecord


def chain(count, connection="eu"):
    records, previous = [], audit.FIRST
    for number in range(count):
        bare = AuditRecord(
            connection=connection,
            act="close",
            actor="ada",
            at=f"2026-08-0{number + 1}T00:00:00Z",
            reason="paid",
        )
        records.append(bare.sealed(previous))
        previous = records[-1].hash
    return records


def found(records):
    return [(each.connection, each.place) for each in audit.breaks(records)]


def test_a_chain_that_nobody_touched_holds():
    """Each connection has its own."""
    assert found([*chain(3), *chain(2, "us")]) == []


@pytest.mark.parametrize("change", [{"actor": "eve"}, {"reason": "other"}, {"at": "2027-01-01T00:00:00Z"}])
def test_an_altered_record_is_found_at_its_place(change):
    """Whatever of it was altered."""
    records = chain(3)
    records[1] = records[1].model_copy(update=change)

    assert found(records) == [("eu", 2)]


def test_a_record_that_is_altered_and_sealed_anew_breaks_the_chain_behind_it():
    """Nobody can seal one without all that follow."""
    records = chain(3)
    records[1] = records[1].model_copy(update={"actor": "eve"}).sealed(records[0].hash)

    assert found(records) == [("eu", 3)]


def test_a_record_that_is_missing_or_put_in_is_found():
    """The next one names another before it."""
    records = chain(3)

    assert found([records[0], records[2]]) == [("eu", 2)]
    assert found([records[0], *chain(1), *records[1:]]) == [("eu", 2)]
