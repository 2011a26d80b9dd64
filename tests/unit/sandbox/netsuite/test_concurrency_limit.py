from __future__ import annotations

from contextlib import ExitStack

import pytest

from consumer.sandbox.netsuite.concurrency_limit import ConcurrencyLimit
from consumer.sandbox.netsuite.login_audit import Accepted
from consumer.sandbox.netsuite.profile import Profile

ANYONE = Accepted(integration="shared", concurrency=None)


def gate_of(concurrency: int) -> ConcurrencyLimit:
    return ConcurrencyLimit(Profile.load().model_copy(update={"concurrency": concurrency}))


def test_calls_up_to_the_cap_are_admitted_and_the_next_is_refused():
    """
    The excess never waits.
    """
    concurrency_limit = gate_of(2)

    with ExitStack() as calls:
        admitted = [calls.enter_context(concurrency_limit.enter(ANYONE)) for _ in range(3)]

    assert admitted == [True, True, False]
    assert (concurrency_limit.calls, concurrency_limit.refused, concurrency_limit.peak) == (3, 1, 2)


def test_place_is_free_again_when_a_call_ends_even_badly():
    """
    A script that fails gives its place back.
    """
    concurrency_limit = gate_of(1)
    with pytest.raises(ZeroDivisionError), concurrency_limit.enter(ANYONE):
        1 // 0  # noqa: B018 -- only its error matters

    with concurrency_limit.enter(ANYONE) as admitted:
        assert admitted
    assert concurrency_limit.running == 0


def test_refused_call_takes_no_place():
    """
    The end of a refused call frees no slot of another call.
    """
    concurrency_limit = gate_of(1)

    with concurrency_limit.enter(ANYONE):
        with concurrency_limit.enter(ANYONE):
            pass
        with concurrency_limit.enter(ANYONE) as admitted:
            assert not admitted
