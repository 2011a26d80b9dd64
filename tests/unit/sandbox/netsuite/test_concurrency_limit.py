from __future__ import annotations

from contextlib import ExitStack

import pytest

from consumer.sandbox.netsuite.concurrency_limit import Gate
from consumer.sandbox.netsuite.login_audit import Accepted
from consumer.sandbox.netsuite.profile import Profile

ANYONE = Accepted(integration="shared", concurrency=None)


def gate_of(concurrency: int) -> Gate:
    return Gate(Profile.load().model_copy(update={"concurrency": concurrency}))


def test_calls_up_to_the_cap_are_admitted_and_the_next_is_refused():
    """
    The excess never waits.
    """
    gate = gate_of(2)

    with ExitStack() as calls:
        admitted = [calls.enter_context(gate.enter(ANYONE)) for _ in range(3)]

    assert admitted == [True, True, False]
    assert (gate.calls, gate.refused, gate.peak) == (3, 1, 2)


def test_place_is_free_again_when_a_call_ends_even_badly():
    """
    A script that fails gives its place back.
    """
    gate = gate_of(1)
    with pytest.raises(ZeroDivisionError), gate.enter(ANYONE):
        1 // 0  # noqa: B018 -- only its error matters

    with gate.enter(ANYONE) as admitted:
        assert admitted
    assert gate.running == 0


def test_refused_call_takes_no_place():
    """
    Leaving a refused call frees nothing that somebody else holds.
    """
    gate = gate_of(1)

    with gate.enter(ANYONE):
        with gate.enter(ANYONE):
            pass
        with gate.enter(ANYONE) as admitted:
            assert not admitted
