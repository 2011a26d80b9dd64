"""The eight results of a delivery have names."""

from typing import get_args

from consumer import outcome as outcomes

NAMES = [
    (outcomes.Delivered(written=()), "written"),
    (outcomes.AlreadyThere(written=()), "already_there"),
    (outcomes.Ignored(rule="event_type"), "ignored"),
    (outcomes.Rejected(code="x", message="y"), "rejected"),
    (outcomes.Waiting(on="customer"), "waiting"),
    (outcomes.Throttled(reason="limit"), "throttled"),
    (outcomes.Unavailable(reason="503"), "unavailable"),
    (outcomes.Ambiguous(reason="timeout"), "ambiguous"),
    (outcomes.AccountDown(reason="login"), "account_down"),
]


def test_every_outcome_has_a_name_of_its_own():
    """The whole union, so that none can be added without one."""
    assert {type(outcome) for outcome, _ in NAMES} == {*get_args(outcomes.Outcome)}
    assert [outcomes.name_of(outcome) for outcome, _ in NAMES] == [name for _, name in NAMES]
    assert len({name for _, name in NAMES}) == len(NAMES)
