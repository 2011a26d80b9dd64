"""The eight results of a delivery have names."""

from typing import get_args

from consumer.outcome import (
    AccountDown,
    AlreadyThere,
    Ambiguous,
    Delivered,
    Ignored,
    Rejected,
    Settled,
    Throttled,
    Unavailable,
    Unsettled,
    Waiting,
    name_of,
)

NAMES = [
    (Delivered(written=()), "written"),
    (AlreadyThere(written=()), "already_there"),
    (Ignored(rule="event_type"), "ignored"),
    (Rejected(code="x", message="y"), "rejected"),
    (Waiting(on="customer"), "waiting"),
    (Throttled(reason="limit"), "throttled"),
    (Unavailable(reason="503"), "unavailable"),
    (Ambiguous(reason="timeout"), "ambiguous"),
    (AccountDown(reason="login"), "account_down"),
]


def test_every_outcome_has_a_name_of_its_own():
    """The whole union, so that none can be added without one."""
    assert {type(outcome) for outcome, _ in NAMES} == {*get_args(Settled), *get_args(Unsettled)}
    assert [name_of(outcome) for outcome, _ in NAMES] == [name for _, name in NAMES]
    assert len({name for _, name in NAMES}) == len(NAMES)
