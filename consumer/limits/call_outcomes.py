"""What one outcome of a call says of the account."""

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
    """The account had no place for the call."""
    return isinstance(outcome, Throttled) and outcome.by == "account"


def has_failed(outcome: Outcome) -> bool:
    """Nobody knows, or the account is away."""
    return isinstance(outcome, Unavailable | Ambiguous)


def is_about_no_record(outcome: Outcome) -> bool:
    """NetSuite itself says that no record is at fault."""
    return isinstance(outcome, Unavailable) and outcome.is_answer


def has_answered(outcome: Outcome) -> bool:
    """The account has served; a rejection does not tell, for most are ours, made without a call."""
    return isinstance(outcome, Delivered | AlreadyThere | Waiting)
