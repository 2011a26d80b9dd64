"""The lines of a backfill's plan about closed accounting periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consumer.backfill.closed_periods import ClosedPart
from consumer.backfill.kinds import ORDER
from consumer.commands.backfill_lines import count_line, major_units
from consumer.commands.backfill_periods import Unknown
from consumer.config.connection import Connection
from consumer.preflight.posting_periods import EFFECTS, listed


def lines_of(closed: ClosedPart | Unknown | None, connection: Connection) -> Sequence[str]:
    """What lies in closed periods and what becomes of it, or why that is not known."""
    match closed:
        case None:
            return ()
        case Unknown(reason=reason):
            return (f"What lies in closed periods is not known: {reason}.",)
        case ClosedPart():
            return (*_closed_lines(closed, connection), *_lines_without_period(closed))


def content_of(closed: ClosedPart | Unknown | None, connection: Connection) -> dict[str, Any] | None:
    """The same for ``--json``; None for an account without accounting periods."""
    match closed:
        case None:
            return None
        case Unknown(reason=reason):
            return {"known": False, "reason": reason, "policy": connection.closed_period}
        case ClosedPart():
            return {
                "known": True,
                "policy": connection.closed_period,
                "periods": closed.periods,
                "counts": {kind: closed.counts[kind] for kind in ORDER if closed.counts[kind]},
                "sums": {kind: major_units(closed.sums[kind]) for kind in ORDER if closed.counts[kind]},
                "without_period": closed.without_period,
            }


def _closed_lines(closed: ClosedPart, connection: Connection) -> Sequence[str]:
    count, policy = sum(closed.counts.values()), connection.closed_period
    if not count:
        return ("Nothing of it lies in a closed period.",)
    head = f"{count} of these lie in closed periods and {EFFECTS[policy]} (closed_period: {policy}):"
    kinds = (kind for kind in ORDER if closed.counts[kind])
    lines = (count_line(kind, closed.counts[kind], closed.sums[kind]) for kind in kinds)
    return (head, *lines, f"  the periods: {listed(closed.periods)}")


def _lines_without_period(closed: ClosedPart) -> Sequence[str]:
    count = closed.without_period
    return (f"{count} lie in no accounting period, and NetSuite refuses them.",) if count else ()
