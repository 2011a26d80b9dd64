"""``errors``: open failures by cause, oldest first, with amounts and the fix; and refunds to make by hand."""

from __future__ import annotations

from typing import Any

from consumer.commands import cause_table, console_output, failure_log, refund_table
from consumer.config.settings import Settings
from consumer.failures import causes


async def run(settings: Settings, *, as_json: bool) -> int:
    """
    Print the open failures; 0 whether there are any or not.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
    """
    log = await failure_log.take(settings)
    found, open_count, in_flight = causes.grouped(log.open), len(log.open), log.in_flight
    refunds = log.refunds.to_make
    if as_json:
        shown: dict[str, Any] = {
            "open": open_count,
            "under_way": in_flight,
            "causes": [cause.as_json() for cause in found],
            "refunds": refund_table.as_json(refunds),
        }
        console_output.say_json(shown)
        return 0
    console = console_output.console()
    if found:
        console.print(cause_table.table(found, "Open failures by cause"))
    if refunds:
        console.print(refund_table.table(refunds))
    console.print(f"{open_count} open, {in_flight} replayed and under way")
    if refunds:
        console.print(f"{len(refunds)} refunds to make; replay --mark-synced ID closes one that is made")
    return 0
