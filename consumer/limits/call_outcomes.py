"""What an outcome of a call means for the account's limits."""

from __future__ import annotations

from consumer.outcome import (
    AlreadyThere,
    Ambiguous,
    Delivered,
    Outcome,
    Throttled,
    Unavailable,
    Waiting,
)


def is_refusal(outcome: Outcome) -> bool:
    """Whether the account refused the call for its concurrency limit."""
    return isinstance(outcome, Throttled) and outcome.by == "account"


def has_failed(outcome: Outcome) -> bool:
    """Whether the result is unknown or the account is unavailable."""
    return isinstance(outcome, Unavailable | Ambiguous)


def is_about_no_record(outcome: Outcome) -> bool:
    """Whether NetSuite itself has responded with an error that is not about a record."""
    return isinstance(outcome, Unavailable) and outcome.is_answer


def has_answered(outcome: Outcome) -> bool:
    """Whether the account has processed the call; a rejection does not count, most are made without one."""
    return isinstance(outcome, Delivered | AlreadyThere | Waiting)
