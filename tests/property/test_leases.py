"""Leases and permits, for any assignment and any sequence of outcomes."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from consumer.clock import FakeClock
from consumer.limits import partition_lease
from consumer.limits.permits import PermitPool
from consumer.outcome import Delivered, Throttled


@given(
    cap=st.integers(1, 80),
    owners=st.lists(st.integers(0, 9), min_size=1, max_size=48),
    account=st.text(max_size=12),
)
def test_invariant_7_leases_of_any_assignment_sum_to_the_cap(cap, owners, account):
    """For any assignment of partitions, the workers' shares sum up to the account's limit."""
    owned = [{index for index, owner in enumerate(owners) if owner == worker} for worker in range(10)]

    shares = [
        partition_lease.share(cap=cap, partitions=len(owners), account=account, owned=each) for each in owned
    ]

    assert sum(shares) == cap


@given(cap=st.integers(1, 65), partitions=st.integers(1, 24), workers=st.integers(1, 6))
def test_contiguous_ranges_get_nearly_equal_shares(cap, partitions, workers):
    """As the range assignor deals them out: no worker has two tokens more than its partitions are worth."""
    bounds = [partitions * worker // workers for worker in range(workers + 1)]
    for low, high in pairwise(bounds):
        share = partition_lease.share(
            cap=cap, partitions=partitions, account="7", owned=set(range(low, high))
        )

        assert abs(share - cap * (high - low) / partitions) < 2


@given(
    cap=st.integers(2, 30),
    share=st.integers(1, 30),
    steps=st.lists(st.sampled_from(["want", "refuse", "succeed", "wait"]), max_size=60),
)
def test_invariant_7_a_refusal_cuts_a_loan_before_it_cuts_the_lease(cap, share, steps):
    """Permits never exceed the cap, never fall below one, and not below the lease while there is a loan."""
    clock = FakeClock()
    permit_pool = PermitPool(cap=cap, clock=clock, jitter=lambda: 0.5)
    permit_pool.lease(share)
    for step in steps:
        clock.advance(0.1)
        before = permit_pool.reading()
        match step:
            case "want":
                permit_pool.has_free_permit(permit_pool.permits)
            case "refuse":
                permit_pool.refused(clock.monotonic_s() - 0.05)
                assert not before.borrowed or permit_pool.permits >= before.leased
            case "succeed":
                permit_pool.leave(permit_pool.enter(), [Delivered(written=())], in_flight=permit_pool.permits)
            case _:
                clock.advance(4)

        assert 1 <= permit_pool.permits <= cap


@given(refusals=st.integers(1, 40))
def test_invariant_7_refusals_of_one_round_trip_count_once(refusals):
    """However many calls were under way when the limit was met."""
    clock = FakeClock()
    permit_pool = PermitPool(cap=40, clock=clock, jitter=lambda: 0.5)
    permits = [permit_pool.enter() for _ in range(refusals)]
    clock.advance(0.1)

    for permit in permits:
        permit_pool.leave(permit, [Throttled(reason="limit")], in_flight=40)

    assert permit_pool.permits == 28
