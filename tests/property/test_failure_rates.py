"""The counts of failed calls and rejected records are what adding them up anew would say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consumer.limits.failure_rate import (
    FAILED_SHARE,
    FEW_SAMPLES,
    REJECTED_IN_A_ROW,
    REJECTED_SHARE,
    SAMPLE_AGE_S,
    SAMPLES_AT_LEAST,
    SETTLED_LOOKED_AT,
    Failures,
    Rejections,
)

# Runs of calls or records: how many, which part of them fails, and whether first; None forgets all of them.
RUNS = st.tuples(
    st.sampled_from([1, 3, 9, 24, 60, 210]), st.sampled_from([0.0, 0.1, 0.4, 0.5, 1.0]), st.booleans()
)
PAUSES_S = st.sampled_from([0.0, 0.25, 30.0, 60.0, 61.0])
CALLS = st.lists(st.one_of(st.tuples(RUNS, PAUSES_S), st.none()), min_size=2, max_size=8)
RECORDS = st.lists(st.one_of(RUNS, st.none()), min_size=4, max_size=12)


def faults(run: tuple[int, float, bool]) -> list[bool]:
    count, share, is_first = run
    has_fault = [number < count * share for number in range(count)]
    return has_fault if is_first else has_fault[::-1]


@given(runs=CALLS)
def test_failed_calls_of_the_last_minute(runs):
    """After every call, whatever came before it; a run of calls takes seconds, a pause outlives others."""
    failures, known, now_s = Failures(), [], 1_000.0

    for run in runs:
        if run is None:
            failures.forget()
            known = []
            continue
        now_s += run[1]
        for has_failed in faults(run[0]):
            now_s += 0.125
            failures.note(now_s, has_failed=has_failed)
            known.append((now_s, has_failed))
            recent = [has_failed for at_s, has_failed in known if at_s >= now_s - SAMPLE_AGE_S]

            assert failures.are_many == (
                len(recent) >= SAMPLES_AT_LEAST and sum(recent) >= len(recent) * FAILED_SHARE
            )
            assert failures.are_all == (len(recent) >= FEW_SAMPLES and all(recent))


@given(runs=RECORDS)
def test_rejected_records_of_the_last_settled(runs):
    """Of some hundreds, rejected in a row or with pauses."""
    rejections, known = Rejections(), []

    for run in runs:
        if run is None:
            rejections.forget()
            known = []
            continue
        for was_rejected in faults(run):
            rejections.note(was_rejected=was_rejected)
            known.append(was_rejected)
            recent, last = known[-SETTLED_LOOKED_AT:], known[-REJECTED_IN_A_ROW:]

            assert rejections.are_a_storm == (
                (len(last) == REJECTED_IN_A_ROW and all(last))
                or (len(recent) == SETTLED_LOOKED_AT and sum(recent) > SETTLED_LOOKED_AT * REJECTED_SHARE)
            )
