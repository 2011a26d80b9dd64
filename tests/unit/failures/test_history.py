"""What is open is what nobody has settled since: by a result, by a mark, or by a replay that went through."""

import pytest

from consumer.failures import end
from consumer.failures.history import History, State, oldest_ms
from tests.unit.failures.errors import CONNECTION, TOPIC, failure, mark, result, source

NOWHERE = {}


def history(*notes):
    made = History()
    for note in notes:
        made.note_failure(note)
    return made


def test_a_failure_is_open():
    """Until something says otherwise."""
    made = history(failure(1), failure(2))

    assert [each.id for each in made.open(NOWHERE)] == ["error-1", "error-2"]


def test_of_several_errors_of_one_record_the_newest_counts():
    """Repeats carry the same id, and may have another cause."""
    made = history(
        failure(1, code="old"), failure(1, code="new", published_ms=5_000), failure(1, published_ms=1)
    )

    assert [each.code for each in made.open(NOWHERE)] == ["new"]


def test_a_newer_result_of_the_same_document_settles_it():
    """Whichever event brought it."""
    made = history(failure(1))
    made.note_result(result(1), published_ms=2_000)

    assert made.state(failure(1), NOWHERE) is State.SETTLED


def test_an_older_result_does_not():
    """The document was there, and its update failed afterwards."""
    made = history(failure(1))
    made.note_result(result(1), published_ms=999)

    assert made.state(failure(1), NOWHERE) is State.OPEN


@pytest.mark.parametrize(
    "changes", [{"connection": "netsuite-us"}, {"object": "customer"}, {"lago_id": "inv-2"}]
)
def test_a_result_of_something_else_does_not(changes):
    """Another account, another object, another document."""
    made = history(failure(1))
    made.note_result(result(1, **changes), published_ms=2_000)

    assert made.state(failure(1), NOWHERE) is State.OPEN


def test_a_failed_void_is_settled_by_a_void_only():
    """That the invoice was written says nothing of its void."""
    void = failure(1, event="invoice.voided")
    made = history(void)
    made.note_result(result(1), published_ms=2_000)

    assert made.state(void, NOWHERE) is State.OPEN

    made.note_result(result(1, status="voided"), published_ms=3_000)
    assert made.state(void, NOWHERE) is State.SETTLED


def test_a_result_of_the_very_record_settles_it_whatever_it_is_called():
    """A receipt fails under its own name and is written as a payment."""
    receipt = failure(1, object="payment_receipt", object_id="receipt-1")
    made = history(receipt)
    made.note_result(result(9, object="payment", offset=1), published_ms=2_000)

    assert made.state(receipt, NOWHERE) is State.SETTLED


@pytest.mark.parametrize("kind", ["synced", "ignored"])
def test_a_mark_by_hand_settles_it(kind):
    """It is booked by hand, or not to be booked."""
    made = history(failure(1), failure(2))
    made.note_mark(mark(1, kind))

    assert [each.id for each in made.open(NOWHERE)] == ["error-2"]


def test_a_replay_is_under_way_until_its_record_is_settled():
    """So a second run leaves it out, and counts it."""
    made = history(failure(1))
    made.note_mark(mark(1, "replayed", replayed_to=50))

    assert made.state(failure(1), NOWHERE) is State.IN_FLIGHT
    assert made.state(failure(1), {(CONNECTION, TOPIC, 0): 50}) is State.IN_FLIGHT
    assert made.state(failure(1), {(CONNECTION, TOPIC, 0): 51}) is State.SETTLED
    assert made.state(failure(1), {("netsuite-us", TOPIC, 0): 51}) is State.IN_FLIGHT
    assert made.count(State.IN_FLIGHT, NOWHERE) == 1


def test_a_replay_whose_record_was_written_is_settled():
    """Even while the group's position waits for something else."""
    made = history(failure(1))
    made.note_mark(mark(1, "replayed", replayed_to=50))
    made.note_result(result(1, lago_id="other", offset=50), published_ms=1)

    assert made.state(failure(1), NOWHERE) is State.SETTLED


def test_a_replay_that_failed_again_is_a_failure_of_its_own():
    """It replaces the first, and counts its attempts."""
    again = failure(2, source=source(50), object_id="inv-1")
    made = history(failure(1), again)
    made.note_mark(mark(1, "replayed", replayed_to=50, attempt=1))

    assert [each.id for each in made.open(NOWHERE)] == ["error-2"]
    assert (made.attempt_of(failure(1)), made.attempt_of(again)) == (1, 2)


def test_the_oldest_failure_tells_from_where_results_matter():
    """None of none."""
    assert oldest_ms([failure(3), failure(2)]) == 2_000
    assert oldest_ms([]) is None


def test_a_replay_that_fails_again_is_the_same_failure_and_open():
    """Whether its error event or the mark of the replay is read first."""
    again = failure(1, source=source(900), published_ms=5_000)
    for notes in (
        (again, mark(1, "replayed", replayed_to=900)),
        (mark(1, "replayed", replayed_to=900), again),
    ):
        made = history(failure(1))
        for note in notes:
            (made.note_failure if note is again else made.note_mark)(note)
        assert [each.source for each in made.open(NOWHERE)] == [source(900)]
        assert made.attempt_of(again) == 2


def test_a_replay_of_a_failed_replay_settles_the_failure():
    """By its result, at the newest place."""
    made = history(failure(1), failure(1, source=source(900), published_ms=5_000))
    made.note_mark(mark(1, "replayed", replayed_to=900))
    made.note_mark(mark(1, "replayed", replayed_to=901, attempt=2))
    assert made.open(NOWHERE) == []

    made.note_result(result(1, offset=901), published_ms=6_000)
    assert made.count(State.SETTLED, NOWHERE) == 1


def test_of_several_replays_the_last_counts_whichever_is_read_last():
    """Their marks may lie in several partitions of the topic."""
    made = history(failure(1, source=source(901), published_ms=5_000))
    made.note_mark(mark(1, "replayed", replayed_to=901, attempt=2))
    made.note_mark(mark(1, "replayed", replayed_to=900, attempt=1))

    assert [each.source for each in made.open(NOWHERE)] == [source(901)]


def test_a_failure_that_has_ended_needs_no_result():
    """The end is on the error topic; a failure that is published after it is open again."""
    made = history(failure(1), failure(2))
    ended = end.of(failure(1), resolved_by="written", at=failure(1).published_at)
    made.note_end(ended, published_ms=5_000)

    assert (made.state(failure(1), NOWHERE), made.undecided) == (State.SETTLED, [failure(2)])
    made.note_failure(again := failure(1, published_ms=6_000))
    assert made.open(NOWHERE) == [failure(2), again]


def test_the_end_of_a_closed_failure_says_nothing_that_its_mark_does_not():
    """Or what is reopened would stay closed."""
    made = history(failure(1))
    ended = end.of(failure(1), resolved_by="closed", at=failure(1).published_at)
    made.note_mark(mark(1, "ignored"))
    made.note_end(ended, published_ms=5_000)

    assert made.undecided == []
    made.note_mark(mark(1, "reopened"))
    assert made.undecided == [failure(1)]
