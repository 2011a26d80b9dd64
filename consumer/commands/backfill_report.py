"""The output of `backfill`: the plan, and the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consumer.backfill.closed_periods import ClosedPart
from consumer.backfill.plan import BackfillPlan
from consumer.backfill.progress import Sending
from consumer.commands import closed_periods_report, console_output
from consumer.commands.backfill_lines import count_line, major_units
from consumer.commands.backfill_periods import Unknown
from consumer.config.connection import Connection
from consumer.events.lago_webhook import Kind
from consumer.lago.client import REQUESTS_PER_S
from consumer.ops import plain_text


def show_plan(
    plan: BackfillPlan,
    kinds: Sequence[Kind],
    connection: Connection,
    closed: ClosedPart | Unknown | None,
    *,
    as_json: bool,
) -> None:
    """Print the plan, and what of it lies in closed periods; None for an account without periods."""
    if as_json:
        console_output.say_json(content_of(plan, kinds, connection, closed))
        return
    requests = plan.requests_to_come(kinds)
    console_output.say(f"Backfill of connection {connection.code}")
    for line in lines_of(plan, kinds):
        console_output.say(plain_text.one_line(line))
    console_output.say(f"Lago is asked {requests} times more, in at least {_minutes(requests):.1f} minutes.")
    before = connection.start_date
    if before:
        console_output.say(f"Documents before {before} are sent and ignored: start_date of the connection.")
    for line in closed_periods_report.lines_of(closed, connection):
        console_output.say(plain_text.one_line(line))
    count = sum(plan.counts(kinds).values())
    console_output.say("Nothing to send." if not count else f"{count} events would be sent; --go sends them.")


def content_of(
    plan: BackfillPlan, kinds: Sequence[Kind], connection: Connection, closed: ClosedPart | Unknown | None
) -> dict[str, Any]:
    """The plan for machines."""
    requests = plan.requests_to_come(kinds)
    shown = _counts(plan, kinds) | {"lago_requests": requests, "minutes": round(_minutes(requests), 1)}
    periods = closed_periods_report.content_of(closed, connection)
    return {"connection": connection.code, "plan": shown | {"closed_periods": periods}}


def show_end(sending: Sending, plan: BackfillPlan, kinds: Sequence[Kind], *, as_json: bool) -> None:
    """Print the number of events sent, and how to continue after an interruption."""
    if as_json:
        console_output.say_json(ended_content_of(sending, plan, kinds))
        return
    console_output.say(f"{sending.sent} of {sending.total} events sent.")
    if sending.gone:
        console_output.say(f"{sending.gone} documents are no longer in Lago.")
    if sending.is_interrupted:
        console_output.say("Interrupted. The same command sends the rest.")


def ended_content_of(sending: Sending, plan: BackfillPlan, kinds: Sequence[Kind]) -> dict[str, Any]:
    """The end for machines."""
    state = "interrupted" if sending.is_interrupted else "done"
    ended = {"state": state, "sent": sending.sent, "total": sending.total, "gone": sending.gone}
    return {"plan": _counts(plan, kinds)} | ended


def lines_of(plan: BackfillPlan, kinds: Sequence[Kind]) -> list[str]:
    """One line for each kind with count and sums by currency, then one for each reason of left-out rows."""
    lines = [count_line(kind, len(plan.rows[kind]), plan.sums(kind)) for kind in kinds]
    lines += [f"  left out: {count} {reason}" for reason, count in sorted(plan.left_out.items())]
    return lines


def _counts(plan: BackfillPlan, kinds: Sequence[Kind]) -> dict[str, Any]:
    return {
        "counts": plan.counts(kinds),
        "sums": {kind: major_units(plan.sums(kind)) for kind in kinds},
        "left_out": dict(plan.left_out),
    }


def _minutes(requests: int) -> float:
    return requests / REQUESTS_PER_S / 60
