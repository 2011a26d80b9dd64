"""What an act on failures would do, at the command line: the figures, without doing it."""

from __future__ import annotations

from collections.abc import Sequence

from consumer.clock import SystemClock
from consumer.commands import document_links, paragraph
from consumer.commands.console_output import ConsoleOutput
from consumer.config.settings import Settings
from consumer.failures import act_plan
from consumer.failures.act_plan import ActKind, ActPlan, Counts
from consumer.failures.failure import Failure


async def of(
    settings: Settings,
    act: ActKind,
    failures: Sequence[Failure],
    *,
    left_out: int = 0,
    rate_per_s: float = act_plan.CLOSINGS_PER_S,
) -> ActPlan:
    """The plan of an act; the accounts are asked for their closed periods, and no answer is no error."""
    # It brings the clients of NetSuite, a seventh of the start of an act that has no plan.
    from consumer.commands import account_periods  # noqa: PLC0415

    codes = frozenset(each.connection for each in failures)
    closed = await account_periods.closed_by_code(document_links.connections(settings), codes, SystemClock())
    return act_plan.of_groups(
        act,
        act_plan.groups_of(failures),
        closed.__getitem__,
        counts=Counts(failures=len(failures), left_out=left_out),
        rate_per_s=rate_per_s,
    )


def show(console: ConsoleOutput, plan: ActPlan) -> None:
    """Print it as sentences."""
    for each in act_plan.sentences(plan):
        paragraph.say(console, each)
