"""``errors close`` and ``errors reopen``: a person says that a failure needs no replay, or that it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from consumer.clock import Clock, SystemClock
from consumer.commands import audit_trail, console_output, failure_log, failure_plan, paragraph, resolution
from consumer.commands.failure_log import FailureLog
from consumer.config.settings import Settings
from consumer.events import failure_end
from consumer.failures import end, sentence
from consumer.failures.act_plan import ActKind
from consumer.failures.failure import Failure
from consumer.failures.history import State
from consumer.kafka import republisher
from consumer.kafka.cluster import Cluster
from schemas.error_mark import Kind

DONE, FAILED = 0, 1
_DONE_AS = {"close": "closed", "reopen": "reopened"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What is asked for.

    Attributes:
        ids: of error events.
        reason: why, for the audit record and the mark.
        is_booked: a closed document was entered in NetSuite by hand; else it must not be there.
        go: do it; else only say what would be done.
    """

    act: Literal["close", "reopen"]
    ids: Sequence[str]
    reason: str
    actor: str
    is_booked: bool = False
    go: bool = False

    @property
    def kind(self) -> Kind:
        """The mark of the act."""
        if self.act == "reopen":
            return resolution.REOPENED
        return resolution.SYNCED if self.is_booked else resolution.IGNORED


async def run(settings: Settings, wish: Wish) -> int:
    """
    Close or reopen failures, each with an audit record before its mark; 1 for an id of no failure.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge; the same command does the rest.
    """
    log = await failure_log.take(settings, failure_log.STATES)
    known = [log.history.failures[each] for each in dict.fromkeys(wish.ids) if each in log.history.failures]
    fitting = [each for each in known if is_possible(wish, each, log)]
    if wish.go and fitting:
        await do(settings, wish, fitting, SystemClock())
    _print(wish, known, fitting)
    if not wish.go and fitting:
        act: ActKind = "reopen" if wish.act == "reopen" else "synced" if wish.is_booked else "ignore"
        console = console_output.console()
        failure_plan.show(console, await failure_plan.of(settings, act, fitting))
        paragraph.say(console, "Nothing is changed. The same command with --go does it.")
    unknown = [each for each in wish.ids if each not in log.history.failures]
    for each in unknown:
        console_output.complain(f"{each}: there is no such error event")
    return FAILED if unknown else DONE


def is_possible(wish: Wish, failure: Failure, log: FailureLog) -> bool:
    """What is settled cannot be closed; only what a person has closed can be reopened."""
    if wish.act == "reopen":
        return failure.id in log.history.closed
    return log.history.state(failure, log.settled) is not State.SETTLED


async def do(settings: Settings, wish: Wish, failures: Sequence[Failure], clock: Clock) -> None:
    """
    Close or reopen these failures, whatever their state; the audit record of each goes before its mark.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge; what is marked is done.
    """
    cluster = Cluster.of(settings)
    async with audit_trail.opened(cluster, clock) as trail, republisher.opened(cluster) as marks:
        for failure in failures:
            await trail.append(
                failure.connection,
                wish.act,
                actor=wish.actor,
                reason=wish.reason,
                details=details(wish, failure),
            )
            await marks.put([resolution.mark(failure, wish.kind, clock, reason=wish.reason)])
            if wish.act == "close":
                ended = end.of(failure, resolved_by="closed", at=clock.now(), reason=wish.reason)
                await trail.publish(failure_end.of(ended, failure.key))


def details(wish: Wish, failure: Failure) -> dict[str, str]:
    """What the audit record says of the failure."""
    return {
        "error": failure.id,
        "mark": wish.kind,
        "code": failure.code,
        "document": sentence.document_of(failure),
    }


def _print(wish: Wish, known: Sequence[Failure], fitting: Sequence[Failure]) -> None:
    console, done_as = console_output.console(), _DONE_AS[wish.act]
    for failure in known:
        is_fitting = failure in fitting
        would = done_as if wish.go else f"would be {done_as}"
        state = would if is_fitting else _why_not(wish)
        paragraph.say(console, f"{sentence.document_of(failure)}: {state}.")


def _why_not(wish: Wish) -> str:
    return "is not closed by a person" if wish.act == "reopen" else "is settled already"
