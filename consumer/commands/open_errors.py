"""``errors``: open failures by cause, oldest first, with amounts and the fix; and refunds to make by hand."""

from __future__ import annotations

from typing import Any

from consumer.commands import cause_paragraphs, console_output, failure_log, paragraph, refund_paragraphs
from consumer.commands.failure_log import FailureLog
from consumer.config.settings import Settings
from consumer.failures import causes

DONE, FAILED = 0, 1


async def run(settings: Settings, *, as_json: bool, is_strict: bool = False) -> int:
    """
    Print the open failures and refunds; 1 only when `is_strict` and there are any, else 0.

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
            "refunds": refund_paragraphs.as_json(refunds),
        }
        console_output.say_json(shown)
    else:
        _print(log)
    return FAILED if is_strict and (open_count or refunds) else DONE


def _print(log: FailureLog) -> None:
    found, refunds = causes.grouped(log.open), log.refunds.to_make
    console = console_output.console()
    if found:
        cause_paragraphs.show(console, found, "Open failures by cause")
    if refunds:
        refund_paragraphs.show(console, refunds)
    paragraph.say(console, f"{len(log.open)} open, {log.in_flight} replayed and under way")
    if refunds:
        paragraph.say(
            console, f"{len(refunds)} refunds to make; replay --mark-synced ID --go closes one that is made"
        )
