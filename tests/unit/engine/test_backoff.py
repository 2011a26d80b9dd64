"""The decision after an outcome."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.engine.backoff import Backoff
from consumer.engine.decision import GiveUp, Park, Settle, Situation
from consumer.engine.retry_state import Cause, RetryState
from consumer.outcome import (
    AccountDown,
    AlreadyThere,
    Ambiguous,
    Delivered,
    Hold,
    Ignored,
    Rejected,
    Throttled,
    Unavailable,
    Waiting,
)

DAY_S = 86_400.0
LONGEST = Backoff(jitter=lambda: 0.999_999)
SHORTEST = Backoff(jitter=lambda: 0.0)


@pytest.mark.parametrize(
    "outcome",
    [
        Delivered(written=()),
        AlreadyThere(written=()),
        Ignored(rule="draft"),
        Rejected(code="unmappable", message="no"),
    ],
)
def test_an_end_is_an_end(outcome):
    """What is delivered, there, ignored or rejected is done."""
    assert LONGEST.decide(outcome, RetryState(), Situation(now_s=0)) == Settle(outcome=outcome)


@pytest.mark.parametrize(
    ("outcome", "retry_state", "shortest_s", "longest_s", "counts"),
    [
        # failures of the record's own: full jitter, 2 s doubling to 5 min
        (Unavailable(reason="503"), RetryState(), 0, 2, True),
        (Unavailable(reason="503"), RetryState(attempts=3), 0, 16, True),
        # from the fifth on at least half of the step passes, so that the tries of an hour are bounded
        (Unavailable(reason="503"), RetryState(attempts=4), 16, 32, True),
        (Unavailable(reason="503"), RetryState(attempts=500), 150, 300, True),
        (Ambiguous(reason="reset"), RetryState(attempts=1), 0, 4, True),
        # Retry-After wins when longer
        (Unavailable(reason="503", retry_after_s=60), RetryState(), 60, 60, True),
        (Unavailable(reason="503", retry_after_s=1e9), RetryState(), 3_600, 3_600, True),
        # something missing: 5 s to 5 min, never sooner than 5 s
        (Waiting(on="customer"), RetryState(), 5, 5, True),
        (Waiting(on="customer"), RetryState(waits=2), 5, 20, True),
        (Waiting(on="customer"), RetryState(waits=500), 5, 300, True),
        # the account's limit: a moment
        (Throttled(reason="limit"), RetryState(attempts=9), 0.25, 0.75, False),
        (Throttled(reason="limit", retry_after_s=2), RetryState(), 2, 2, False),
        # the account closed: a moment too, for the gate lets nothing start before it opens
        (AccountDown(reason="login"), RetryState(), 0.25, 0.75, False),
        (AccountDown(reason="login"), RetryState(postponed=500), 0.25, 0.75, False),
        # left over by the script for another call: at no cost among others, not so when alone
        (Throttled(reason="skipped", by="script"), RetryState(), 0, 2, True),
    ],
)
def test_a_wait_is_as_long_as_its_cause_asks(outcome, retry_state, shortest_s, longest_s, counts):
    """Each cause has its own span, and only some are charged to the record."""
    shortest = SHORTEST.decide(outcome, retry_state, Situation(now_s=0))
    longest = LONGEST.decide(outcome, retry_state, Situation(now_s=0))

    assert isinstance(shortest, Park)
    assert isinstance(longest, Park)
    assert shortest.delay_s == pytest.approx(shortest_s)
    assert longest.delay_s == pytest.approx(longest_s, abs=0.001)
    assert (shortest.counts, longest.counts) == (counts, counts)


@pytest.mark.parametrize("outcome", [Unavailable(reason="503"), Ambiguous(reason="reset")])
def test_a_record_that_fails_for_a_day_while_nobody_is_answered_is_given_up(outcome):
    """The budget is time since its failures began; the error contains the last response."""
    retry_state = RetryState(attempts=300, stalled_s=DAY_S - 1, parked_at_s=0, cause=Cause.RECORD)

    before = LONGEST.decide(outcome, retry_state, Situation(now_s=0.5))
    after = LONGEST.decide(outcome, retry_state, Situation(now_s=1))

    assert isinstance(before, Park)
    assert isinstance(after, GiveUp)
    assert after.rejected.code == "parked_too_long"
    assert "301 times in 24.0 h" in after.rejected.message
    assert outcome.reason in after.rejected.message


@pytest.mark.parametrize(
    ("outcome", "answered_s"),
    [
        (Ambiguous(reason="UNEXPECTED_ERROR", is_answer=True), -1.0),
        (Ambiguous(reason="ReadTimeout"), 200.0),
        (Unavailable(reason="503"), 200.0),
        (Throttled(reason="skipped", by="script"), -1.0),
    ],
)
def test_a_record_that_fails_while_the_account_answers_is_given_up_within_an_hour(outcome, answered_s):
    """Its own failure, whatever it looks like: NetSuite says so itself, or has answered others meanwhile."""
    retry_state = RetryState(attempts=30, retried_s=3_300, parked_at_s=100, cause=Cause.RECORD)

    before = LONGEST.decide(outcome, retry_state, Situation(now_s=399, answered_s=answered_s))
    after = LONGEST.decide(outcome, retry_state, Situation(now_s=400, answered_s=answered_s))

    assert isinstance(before, Park)
    assert isinstance(after, GiveUp)
    assert "31 times in 1.0 h" in after.rejected.message


@pytest.mark.parametrize("backoff", [SHORTEST, LONGEST])
def test_a_lasting_failure_is_tried_a_bounded_number_of_times_within_the_hour(backoff):
    """With whatever luck: no more than 31 tries, and the last one at most five minutes after the hour."""
    retry_state, now_s, tries = RetryState(), 0.0, 0
    while True:
        tries += 1
        decision = backoff.decide(
            Ambiguous(reason="UNEXPECTED_ERROR", is_answer=True), retry_state, Situation(now_s=now_s)
        )
        if isinstance(decision, GiveUp):
            break
        retry_state, now_s = decision.retry_state, now_s + decision.delay_s

    assert tries <= 32
    assert 3_600 <= now_s <= 3_900


def test_whatever_a_record_waits_for_the_longest_wait_ends_it():
    """Failing and waiting in turns, it would otherwise outlive each budget."""
    retry_state = RetryState(retried_s=3_000, stalled_s=70_000, waited_s=13_400)

    decision = LONGEST.decide(Waiting(on="customer"), retry_state, Situation(now_s=0))

    assert isinstance(decision, GiveUp)
    assert decision.rejected.code == "dependency_missing"


def test_a_hold_lasts_as_long_as_a_person_has_said_and_costs_no_budget():
    """Forty-five days since the event came in, however often the worker was restarted."""
    refusal = Rejected(code="period_closed", message="the accounting period of 2026-06-30 is closed")
    held = Waiting(on="accounting period", hold=Hold(max_age_s=45 * DAY_S, refusal=refusal))

    retry_state = RetryState(waited_s=5 * 3_600, parked_at_s=0, cause=Cause.HOLD)
    before = LONGEST.decide(held, retry_state, Situation(now_s=44 * DAY_S, age_s=45 * DAY_S - 1))
    after = LONGEST.decide(held, retry_state, Situation(now_s=44 * DAY_S, age_s=45 * DAY_S))

    assert isinstance(before, Park)
    assert (before.counts, before.retry_state.own_s, before.retry_state.cause) == (
        False,
        5 * 3_600,
        Cause.HOLD,
    )
    assert 5 <= before.delay_s <= 900
    assert isinstance(after, GiveUp)
    assert after.rejected.code == "period_closed"
    assert after.rejected.message.endswith("of 2026-06-30 is closed; held for 45.0 days")


def test_a_hold_ends_before_kafka_deletes_the_record():
    """A deleted record would be lost without an error event."""
    refusal = Rejected(code="period_closed", message="closed")
    held = Waiting(on="accounting period", hold=Hold(max_age_s=45 * DAY_S, refusal=refusal))
    short = replace(LONGEST, hold_limit_s=10 * DAY_S)

    decision = short.decide(held, RetryState(), Situation(now_s=0, age_s=10 * DAY_S))

    assert isinstance(decision, GiveUp)


def test_a_hold_that_is_cut_short_by_pressure_says_what_it_was():
    """The period, and not just that it took too long."""
    refusal = Rejected(code="period_closed", message="closed")
    held = Waiting(on="accounting period", hold=Hold(max_age_s=45 * DAY_S, refusal=refusal))
    parked = LONGEST.decide(held, RetryState(), Situation(now_s=0))
    assert isinstance(parked, Park)

    given_up = LONGEST.above_high_water(parked.retry_state, 10.0)

    assert given_up.rejected.code == "period_closed"
    assert "too much was waiting behind it" in given_up.rejected.message


def test_a_record_whose_reference_does_not_come_in_six_hours_is_given_up():
    """A missing customer is named, and so is what to do about it."""
    retry_state = RetryState(waits=80, waited_s=6 * 3600, cause=None)

    decision = LONGEST.decide(Waiting(on="customer cus_7"), retry_state, Situation(now_s=0))

    assert isinstance(decision, GiveUp)
    assert decision.rejected.code == "dependency_missing"
    assert "customer cus_7 is not in NetSuite; waited 6.0 h" in decision.rejected.message


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [(AccountDown(reason="login"), Cause.ACCOUNT), (Throttled(reason="limit"), Cause.LIMIT)],
)
def test_what_is_not_the_records_fault_costs_it_nothing(outcome, cause):
    """A week of a closed account, or of refusals, leaves every budget untouched and rejects nothing."""
    retry_state = RetryState(attempts=3, retried_s=100, parked_at_s=0, cause=cause)

    decision = LONGEST.decide(outcome, retry_state, Situation(now_s=7 * DAY_S))

    assert isinstance(decision, Park)
    assert (decision.retry_state.attempts, decision.retry_state.retried_s) == (3, 100)


def test_waiting_and_failing_have_budgets_of_their_own():
    """Time spent waiting for a customer is not time spent failing."""
    retry_state = RetryState(retried_s=10, waited_s=20, parked_at_s=100, cause=Cause.DEPENDENCY)

    decision = LONGEST.decide(Unavailable(reason="503"), retry_state, Situation(now_s=105))

    assert isinstance(decision, Park)
    assert (decision.retry_state.retried_s, decision.retry_state.waited_s) == (10, 25)


def test_an_event_that_kafka_does_not_acknowledge_never_ends_its_record():
    """However long Kafka is away: without an acknowledged error event nothing is settled."""
    retry_state = RetryState(postponed=10_000, parked_at_s=0, cause=Cause.BROKER)

    decision = LONGEST.after_lost_acknowledgement(retry_state, Situation(now_s=30 * DAY_S))

    assert (decision.counts, decision.retry_state.retried_s) == (False, 0)
    assert decision.delay_s <= 300


def test_a_call_that_fails_unexpectedly_is_made_three_times_and_then_told():
    """A record that our code cannot process gets an error event and does not stop the rest for ever."""
    retry_state = RetryState()
    for _ in range(2):
        parked = LONGEST.after_defect("KeyError", retry_state, Situation(now_s=0))
        assert isinstance(parked, Park)
        retry_state = parked.retry_state

    last = LONGEST.after_defect("KeyError", retry_state, Situation(now_s=0))

    assert isinstance(last, GiveUp)
    assert last.rejected.code == "internal_error"
    assert "3 times with KeyError" in last.rejected.message


def test_the_budget_for_failing_can_be_set():
    """An operator may want the error event sooner."""
    soon = replace(LONGEST, park_max_age_s=60)

    decision = soon.decide(Unavailable(reason="503"), RetryState(retried_s=60), Situation(now_s=0))

    assert isinstance(decision, GiveUp)


@pytest.mark.parametrize(
    "outcome",
    [
        Unavailable(reason="503", retry_after_s=DAY_S),
        Throttled(reason="429", retry_after_s=DAY_S),
        Throttled(reason="not due yet", retry_after_s=DAY_S, by="script"),
    ],
)
def test_the_longest_wait_can_be_set(outcome):
    """A webhook's schedule has steps of ten hours, which must be waited for as a whole."""
    patient = replace(LONGEST, retry_after_cap_s=DAY_S)

    decision = patient.decide(outcome, RetryState(), Situation(now_s=0))

    assert isinstance(decision, Park)
    assert decision.delay_s == DAY_S


def test_what_a_full_call_leaves_over_costs_nothing():
    """The script's time or units were used up by others."""
    skipped = Throttled(reason="skipped", by="script")

    decision = LONGEST.decide(skipped, RetryState(), Situation(now_s=0, carried=25))

    assert isinstance(decision, Park)
    assert (decision.counts, decision.retry_state.attempts) == (False, 0)


@pytest.mark.parametrize("outcome", [Unavailable(reason="503"), Ambiguous(reason="reset")])
def test_while_the_account_is_left_alone_nothing_is_a_records_fault(outcome):
    """A probe that fails says something of the account, and nothing of its record."""
    seen = Situation(now_s=0, is_account_open=False)

    decision = LONGEST.decide(outcome, RetryState(retried_s=2 * DAY_S), seen)

    assert isinstance(decision, Park)
    assert (decision.counts, decision.retry_state.attempts) == (False, 0)


def test_records_of_a_lost_call_go_on_in_smaller_company():
    """Twenty-five, five, one: a record that breaks its call is alone after two more calls."""
    companies, retry_state = [], RetryState()
    for carried in (25, 5, 1):
        decision = LONGEST.decide(Ambiguous(reason="reset"), retry_state, Situation(now_s=0, carried=carried))
        assert isinstance(decision, Park)
        retry_state = decision.retry_state
        companies.append(retry_state.company)

    assert companies == [5, 1, 1]


def test_a_defect_in_company_is_charged_to_nobody_before_each_has_been_alone():
    """One record that our code cannot carry must not take others with it."""
    decision = LONGEST.after_defect("KeyError", RetryState(defects=4), Situation(now_s=0, carried=3))

    assert isinstance(decision, Park)
    assert (decision.retry_state.defects, decision.retry_state.company) == (4, 1)
