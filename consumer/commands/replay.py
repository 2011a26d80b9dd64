"""``replay``: failed events are published to their partition again; listed first, published with ``--go``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.progress import Progress

from consumer.clock import SystemClock
from consumer.commands import (
    audit_trail,
    audited_replay,
    cause_paragraphs,
    console_output,
    error_closing,
    failure_log,
    refund_closing,
    resolution,
)
from consumer.commands.audited_replay import By
from consumer.commands.error_closing import Wish as Closing
from consumer.commands.failure_log import FailureLog, Needs
from consumer.commands.replay_run import Done
from consumer.config.settings import Settings
from consumer.failures import causes
from consumer.failures.failure import Failure
from consumer.failures.selection import Selection
from consumer.kafka.cluster import Cluster
from consumer.ops import signals
from schemas.result import REFUND

DONE, FAILED = 0, 1
NOBODY = By(actor=audit_trail.UNKNOWN_ACTOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What is asked for.

    Attributes:
        go: publish; else only list.
        rate_per_s: events a second, at most.
        by: who asks, and why, for the audit record.
    """

    selection: Selection
    by: By = NOBODY
    go: bool = False
    rate_per_s: float = 50.0
    as_json: bool = False


async def run(settings: Settings, wish: Wish) -> int:
    """
    List what a replay would do, or do it; 0 when all succeeded, 1 when an event is missing or it was stopped.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge; what is marked is done, a second run does the rest.
    """
    log = await failure_log.take(settings, failure_log.STATES)
    chosen = wish.selection.of(log.open)
    allowed = [each for each in chosen if wish.selection.may_replay(each)]
    unknown = resolution.unknown(sorted(wish.selection.ids), list(log.history.failures.values()))
    done = await _go(settings, wish, log, allowed) if wish.go else None
    if wish.as_json:
        console_output.say_json(_as_json(chosen, allowed, unknown, done))
    else:
        _print(chosen, allowed, unknown, done)
    is_bad = done is not None and (done.is_interrupted or bool(done.missing))
    return FAILED if unknown or is_bad else DONE


async def settle(settings: Settings, ids: Sequence[str], *, by: By, is_booked: bool) -> int:
    """
    Close failures and refunds as `errors close` does, booked by hand or not to be; 1 for an unknown id.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge.
    """
    log = await failure_log.take(settings, _needs(ids))
    refunds = {each.id: each for each in log.refunds.to_make}
    wanted = list(dict.fromkeys(ids))
    wish = Closing(act="close", ids=wanted, reason=by.reason, actor=by.actor, is_booked=is_booked, go=True)
    known = [log.history.failures[each] for each in wanted if each in log.history.failures]
    open_refunds = [refunds[each] for each in wanted if each in refunds]
    if known:
        await error_closing.do(settings, wish, known, SystemClock())
    if open_refunds:
        await refund_closing.do(settings, wish, open_refunds, SystemClock())
    unknown = resolution.unknown(wanted, known, open_refunds)
    for each in ids:
        console_output.say(f"{each}: {'unknown' if each in unknown else wish.kind}")
    return FAILED if unknown else DONE


def _needs(ids: Sequence[str]) -> Needs:
    """The refunds only where one is named."""
    return failure_log.EVERYTHING if any(f":{REFUND}:" in each for each in ids) else failure_log.STATES


async def _go(settings: Settings, wish: Wish, log: FailureLog, failures: Sequence[Failure]) -> Done:
    cluster, stopping = Cluster.of(settings), asyncio.Event()
    console = console_output.console(is_aside=True)
    with Progress(console=console, disable=wish.as_json) as progress, signals.interruptible(stopping):
        task = progress.add_task("replaying", total=len(failures))
        return await audited_replay.run(
            cluster,
            failures,
            by=wish.by,
            history=log.history,
            clock=SystemClock(),
            rate_per_s=wish.rate_per_s,
            stop=stopping,
            advance=lambda count: progress.advance(task, count),
        )


def _as_json(
    chosen: Sequence[Failure], allowed: Sequence[Failure], unknown: Sequence[str], done: Done | None
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "selected": len(chosen),
        "replayable": len(allowed),
        "unknown": list(unknown),
        "causes": [cause.as_json() for cause in causes.grouped(chosen)],
    }
    if done is not None:
        shown |= {
            "replayed": len(done.replayed),
            "from_error_event": len(done.from_error),
            "missing": done.missing,
            "interrupted": done.is_interrupted,
        }
    return shown


def _print(
    chosen: Sequence[Failure], allowed: Sequence[Failure], unknown: Sequence[str], done: Done | None
) -> None:
    console = console_output.console()
    if chosen:
        cause_paragraphs.show(console, causes.grouped(chosen), "Failures by cause")
    for each in unknown:
        console_output.complain(f"{each}: there is no such error event")
    if barred := len(chosen) - len(allowed):
        console.print(f"{barred} cannot succeed as they are, and are left out unless named by --code or --id")
    if done is None:
        console.print(f"{len(allowed)} would be replayed; --go does it" if allowed else "Nothing to replay.")
        return
    console.print(f"{len(done.replayed)} of {len(allowed)} replayed")
    if done.from_error:
        count = len(done.from_error)
        console.print(f"{count} of them as the error event carries them: their topic has them no more")
    for each in done.missing:
        console_output.complain(f"{each}: neither its topic nor its error event has the event any more")
    if done.is_interrupted:
        console.print("Interrupted. The same command does the rest.")
