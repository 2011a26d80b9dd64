"""``replay``: failed events are published to their partition again; listed first, published with ``--go``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from consumer.clock import SystemClock
from consumer.commands import (
    audit_trail,
    audited_replay,
    cause_paragraphs,
    connection_pause,
    console_output,
    failure_log,
    failure_plan,
    progress_bar,
    replay_steering,
    resolution,
)
from consumer.commands.audited_replay import By, Order, Way
from consumer.commands.failure_log import FailureLog
from consumer.commands.replay_run import Done
from consumer.config.settings import Settings
from consumer.failures import causes
from consumer.failures.act_plan import ActPlan
from consumer.failures.failure import Failure
from consumer.failures.history import History
from consumer.failures.selection import Selection
from consumer.kafka.cluster import Cluster
from consumer.ops import signals

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
    outcome: Done | ActPlan = (
        await _go(settings, wish, log, allowed) if wish.go else await _plan(settings, wish, chosen, allowed)
    )
    if allowed:
        pauses = await connection_pause.read(Cluster.of(settings))
        connection_pause.warn(pauses, [each.connection for each in allowed])
    if wish.as_json:
        console_output.say_json(_as_json(chosen, allowed, unknown, outcome))
    else:
        _print(chosen, allowed, unknown, outcome)
    is_bad = isinstance(outcome, Done) and (outcome.is_interrupted or bool(outcome.missing))
    return FAILED if unknown or is_bad else DONE


async def _plan(
    settings: Settings, wish: Wish, chosen: Sequence[Failure], allowed: Sequence[Failure]
) -> ActPlan:
    left_out = len(chosen) - len(allowed)
    return await failure_plan.of(settings, "replay", allowed, left_out=left_out, rate_per_s=wish.rate_per_s)


async def _go(settings: Settings, wish: Wish, log: FailureLog, failures: Sequence[Failure]) -> Done:
    selection = None if wish.selection.ids else wish.selection
    order = Order(by=wish.by, rate_per_s=wish.rate_per_s, selection=selection)
    return await carried_out(settings, order, log.history, failures, is_quiet=wish.as_json)


async def carried_out(
    settings: Settings, order: Order, history: History, failures: Sequence[Failure], *, is_quiet: bool
) -> Done:
    """
    Carry a run out with a bar of its progress, until it is done, interrupted, paused or cancelled.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge.
    """
    cluster, stopping = Cluster.of(settings), asyncio.Event()
    with progress_bar.on_terminal(is_quiet=is_quiet) as progress, signals.interruptible(stopping):
        task = progress.add_task("replaying", total=len(failures))
        async with replay_steering.followed(cluster, order.run_id, stopping) as is_steered:
            way = Way(
                history=history,
                clock=SystemClock(),
                stop=stopping,
                advance=lambda count: progress.advance(task, count),
                is_steered=is_steered,
            )
            return await audited_replay.run(cluster, order, failures, way)


def _as_json(
    chosen: Sequence[Failure], allowed: Sequence[Failure], unknown: Sequence[str], outcome: Done | ActPlan
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "selected": len(chosen),
        "replayable": len(allowed),
        "unknown": list(unknown),
        "causes": [cause.as_json() for cause in causes.grouped(chosen)],
    }
    match outcome:
        case ActPlan():
            return shown | {"plan": outcome.as_json()}
        case Done():
            return shown | {
                "replayed": len(outcome.replayed),
                "from_error_event": len(outcome.from_error),
                "missing": outcome.missing,
                "interrupted": outcome.is_interrupted,
            }
        case _:
            assert_never(outcome)


def _print(
    chosen: Sequence[Failure], allowed: Sequence[Failure], unknown: Sequence[str], outcome: Done | ActPlan
) -> None:
    console = console_output.console()
    if chosen:
        cause_paragraphs.show(console, causes.grouped(chosen), "Failures by cause")
    for each in unknown:
        console_output.complain(f"{each}: there is no such error event")
    if barred := len(chosen) - len(allowed):
        console.print(f"{barred} cannot succeed as they are, and are left out unless named by --code or --id")
    if isinstance(outcome, ActPlan):
        _print_plan(outcome)
    else:
        _print_done(outcome, len(allowed))


def _print_plan(plan: ActPlan) -> None:
    console = console_output.console()
    if not plan.failures:
        console.print("Nothing to replay.")
        return
    failure_plan.show(console, plan)
    console.print(f"{plan.failures} would be replayed; --go does it")


def _print_done(done: Done, count: int) -> None:
    console = console_output.console()
    console.print(f"{len(done.replayed)} of {count} replayed")
    if done.from_error:
        carried = len(done.from_error)
        console.print(f"{carried} of them as the error event carries them: their topic has them no more")
    for each in done.missing:
        console_output.complain(f"{each}: neither its topic nor its error event has the event any more")
    if done.is_interrupted:
        console.print("Interrupted. The same command does the rest.")
