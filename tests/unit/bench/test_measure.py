"""Figures of runs that are small enough to be computed by hand."""

from __future__ import annotations

import pytest

from tests.bench import measure
from tests.bench.call_log import DROPPED, LIMIT_EXCEEDED
from tests.bench.measure import Window
from tests.unit.bench.calls import by_id, call, event

TEN_SECONDS = [Window(0.0, 10.0)]


def test_two_permits_of_which_one_is_always_busy_are_half_used():
    """One call after another for ten seconds, against a cap of two."""
    calls = [call(0, 6, "a"), call(6, 10, "b")]

    assert measure.utilisation(calls, 2, TEN_SECONDS) == pytest.approx(0.5)


def test_only_the_part_of_a_call_inside_of_the_window_counts():
    """A call that begins before the window and one that ends after it."""
    calls = [call(-5, 1, "a"), call(8, 30, "b")]

    assert measure.utilisation(calls, 1, TEN_SECONDS) == pytest.approx(0.3)


def test_a_repeat_of_what_was_written_is_no_use():
    """The permit was held by the second call, for nothing."""
    calls = [call(0, 5, "a"), call(5, 10, "a", became="exists", attempt=2)]

    assert measure.utilisation(calls, 1, TEN_SECONDS) == pytest.approx(0.5)


def test_a_write_whose_answer_was_cut_off_was_useful_and_its_repeat_is_not():
    """The work was done the first time."""
    calls = [call(0, 5, "a", status=DROPPED), call(5, 10, "a", became="exists", attempt=2)]

    assert measure.useful(calls) == calls[:1]


def test_a_call_that_fails_is_no_use():
    """It held a permit and settled nothing."""
    assert measure.useful([call(0, 5, "a", became="failed")]) == []


def test_an_outage_is_cut_out_of_the_window():
    """The rest is before and after it."""
    assert Window(0, 100).without(Window(30, 90)) == [Window(0, 30), Window(90, 100)]


def test_an_outage_at_the_edge_leaves_one_stretch():
    """Nothing remains in front."""
    assert Window(0, 100).without(Window(-10, 90)) == [Window(90, 100)]


def test_utilisation_over_time_is_that_of_each_second():
    """Half of the second second is idle."""
    shown = measure.over_time([call(0, 1.5, "a")], 1, Window(0, 3))

    assert shown == pytest.approx([1.0, 0.5, 0.0])


# --- added latency ----------------------------------------------------------------------------------------


def added(calls, *events, cap=1):
    return measure.added_latencies_s(calls, by_id(*events), cap, Window(0.0, 100.0))


def test_an_event_with_a_free_permit_is_late_from_its_record_on():
    """Recorded at 3.0, sent at 3.2."""
    assert added([call(3.2, 4, "a")], event("a", at_s=3.0)) == pytest.approx([0.2])


def test_waiting_for_a_permit_is_not_added_latency():
    """The only permit is busy until 5.0; from there it is 10 ms."""
    calls = [call(0, 5, "a"), call(5.01, 6, "b")]

    assert added(calls, event("a"), event("b", lane="b")) == pytest.approx([0.0, 0.01])


def test_waiting_for_the_event_before_in_the_lane_is_not_added_latency():
    """There are two permits, but one lane."""
    calls = [call(0, 5, "a"), call(5.02, 6, "b")]

    assert added(calls, event("a"), event("b", offset=1), cap=2) == pytest.approx([0.0, 0.02])


def test_the_permit_that_is_free_for_longest_counts():
    """A worker that leaves one of two permits idle is late by as long as that one was."""
    calls = [call(0, 5, "a"), call(5, 6, "b")]

    assert added(calls, event("a"), event("b", lane="b"), cap=2) == pytest.approx([0.0, 5.0])


def test_a_repeat_is_not_late():
    """Its waiting is backing off."""
    calls = [call(0, 1, "a", became="failed"), call(9, 10, "a", attempt=2)]

    assert added(calls, event("a")) == pytest.approx([0.0])


def test_a_call_that_is_turned_away_takes_no_permit():
    """Else the next one would seem to have waited for it."""
    turned_away = call(2, 2, "a", status=LIMIT_EXCEEDED, became="", attempt=0)

    assert added([turned_away, call(2.5, 3, "a")], event("a", at_s=2.0)) == pytest.approx([0.5])


# --- what must not happen ---------------------------------------------------------------------------------


def test_an_event_that_was_committed_and_never_written_is_lost():
    """The group's position is 2, so neither 0 nor 1 is read again."""
    events = by_id(event("a", offset=0), event("b", offset=1), event("c", offset=2))

    assert measure.lost(events, [call(0, 1, "a")], {0: 2}, set()) == 1


def test_an_event_that_the_error_topic_tells_of_is_not_lost():
    """A person will see it."""
    assert measure.lost(by_id(event("a")), [], {0: 1}, {(0, 0)}) == 0


def test_an_event_that_was_refused_for_good_is_lost_unless_the_error_topic_tells_of_it():
    """NetSuite's refusal alone is visible to no one."""
    events, calls = by_id(event("a")), [call(0, 1, "a", became="rejected")]

    assert measure.lost(events, calls, {0: 1}, set()) == 1
    assert measure.lost(events, calls, {0: 1}, {(0, 0)}) == 0


def test_an_event_that_is_not_committed_is_not_lost():
    """It is read again."""
    assert measure.lost(by_id(event("a")), [], {0: 0}, set()) == 0


def test_a_second_document_for_one_object_is_a_duplicate():
    """Created twice: the account has two."""
    assert measure.duplicates([call(0, 1, "a"), call(1, 2, "a", attempt=2)]) == 1


def test_finding_the_document_is_a_repeat_and_no_duplicate():
    """Harmless, but counted."""
    calls = [call(0, 1, "a"), call(1, 2, "a", became="exists", attempt=2)]

    assert (measure.duplicates(calls), measure.repeats(calls)) == (0, 1)


def test_asking_again_after_no_answer_is_not_a_needless_repeat():
    """The caller could not know."""
    calls = [call(0, 1, "a", status=DROPPED), call(1, 2, "a", became="exists", attempt=2)]

    assert measure.repeats(calls) == 0


def test_an_event_started_before_the_one_in_front_was_settled_violates_the_order():
    """The second goes while the first is parked."""
    events = by_id(event("a", offset=0), event("b", offset=1))
    calls = [call(0, 1, "a", became="failed"), call(2, 3, "b"), call(4, 5, "a", attempt=2)]

    assert measure.order_violations(calls, events) == 1


def test_two_calls_of_one_lane_side_by_side_violate_the_order():
    """It is overtaking, and it is overlap: both are counted."""
    events = by_id(event("a", offset=0), event("b", offset=1))

    assert measure.order_violations([call(0, 2, "a"), call(1, 3, "b")], events) == 2


def test_lanes_side_by_side_are_what_lanes_are_for():
    """Two lanes at once."""
    events = by_id(event("a", offset=0), event("b", offset=1, lane="b"))

    assert measure.order_violations([call(0, 2, "a"), call(1, 3, "b")], events) == 0


def test_a_call_of_a_killed_worker_does_not_overlap_once_it_has_hung_up():
    """The account still processes it, but its connection is closed."""
    calls = [call(0, 9, "a", gone_at=1.0), call(2, 3, "a", became="exists", attempt=2)]

    assert measure.order_violations(calls, by_id(event("a"))) == 0


# --- recovery ---------------------------------------------------------------------------------------------


def test_recovery_lasts_until_the_permits_are_busy_again():
    """Idle for three seconds after the fault, then busy."""
    calls = [call(3, 13, "a")]

    assert measure.recovery_s(calls, 1, 0.0, 20.0) == pytest.approx(2.9, abs=0.11)


def test_there_is_no_recovery_while_half_of_the_permits_stay_idle():
    """None, and not the end of the run."""
    assert measure.recovery_s([call(0, 20, "a")], 2, 0.0, 20.0) is None


def test_no_latencies_have_no_percentile():
    """Rather than a zero that looks good."""
    assert measure.percentile_ms([], 99) is None


@pytest.mark.parametrize(
    ("values", "growth"),
    [
        ([5.0] * 40, 0.0),
        ([float(each) for each in range(40)], 28.0),
        ([1.0] * 20 + [9.0] * 20, 8.0),
        ([1.0] * 9, None),
    ],
)
def test_growth_is_between_the_third_and_the_last_tenth(values, growth):
    """What a process takes while it warms up is no growth."""
    assert measure.growth(values) == growth
