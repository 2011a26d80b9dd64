"""What people did is chained: whatever is altered, left out or put in later is found at its place."""

import pytest

from schemas import audit
from schemas.audit import AuditRecord


def act(reason, connection="eu"):
    return AuditRecord(
        connection=connection, act="close", actor="bob", at="2026-08-02T00:00:00Z", reason=reason
    )


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


def test_of_two_acts_of_the_same_moment_the_second_counts_where_it_is_appended_again():
    """Both name the same record before them; that neither is lost is no break."""
    first, second = chain(2)
    overtaken = act("late").sealed(first.hash)
    again = act("late").sealed(second.hash)
    records = [first, second, overtaken, again, act("next").sealed(again.hash)]

    assert found(records) == []
    assert [each.reason for each in audit.acts(records)] == ["paid", "paid", "late", "next"]


def test_a_record_that_was_overtaken_and_never_appended_again_is_found():
    """Its writer was stopped, or somebody has put it in: both have to be looked at."""
    first, second = chain(2)
    records = [first, second, act("put in").sealed(first.hash), act("next").sealed(second.hash)]

    assert found(records) == [("eu", 3)]
    assert [each.reason for each in audit.acts(records)] == ["paid", "paid", "put in", "next"]


def test_an_altered_record_is_found_also_beside_one_that_was_overtaken():
    """The place counts acts."""
    first, second = chain(2)
    overtaken = act("late").sealed(first.hash)
    again = act("late").sealed(second.hash).model_copy(update={"actor": "eve"})

    assert found([first, second, overtaken, again]) == [("eu", 3), ("eu", 4)]
