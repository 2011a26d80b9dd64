"""``replay --mark-synced`` and ``--ignore``: failures and refunds are closed without a replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from consumer.clock import SystemClock
from consumer.commands import (
    console_output,
    error_closing,
    failure_log,
    failure_plan,
    refund_closing,
    resolution,
)
from consumer.commands.audited_replay import By
from consumer.commands.error_closing import Wish as Closing
from consumer.commands.failure_log import Needs
from consumer.config.settings import Settings
from consumer.failures.act_plan import ActKind
from consumer.failures.failure import Failure
from consumer.failures.refunds import RefundToMake
from schemas.result import REFUND

DONE, FAILED = 0, 1
NOT_DONE = "Nothing is changed. The same command with --go does it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What is asked for.

    Attributes:
        ids: of failures and refunds.
        by: who asks, and why.
        is_booked: they were entered in NetSuite by hand; else they must not be there.
        go: do it; else only say what would be done.
    """

    ids: Sequence[str]
    by: By
    is_booked: bool
    go: bool = False
    as_json: bool = False

    @property
    def act(self) -> ActKind:
        """Its name."""
        return "synced" if self.is_booked else "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    failures: Sequence[Failure]
    refunds: Sequence[RefundToMake]
    unknown: Sequence[str]


async def run(settings: Settings, wish: Wish) -> int:
    """
    Close them as `errors close` does, or say what that would be.

    1 for an unknown id, and for a dry run: scripts of before `--go` was needed notice that nothing is done.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge.
    """
    chosen = await _chosen(settings, wish.ids)
    if wish.go:
        await _do(settings, wish, chosen)
    shown = await _dry_run(settings, wish, chosen) if not wish.go else {}
    if wish.as_json:
        console_output.say_json(_as_json(wish, chosen) | shown)
    else:
        _print(wish, chosen)
    return DONE if wish.go and not chosen.unknown else FAILED


async def _chosen(settings: Settings, ids: Sequence[str]) -> _Chosen:
    log = await failure_log.take(settings, _needs(ids))
    refunds = {each.id: each for each in log.refunds.to_make}
    wanted = list(dict.fromkeys(ids))
    known = [log.history.failures[each] for each in wanted if each in log.history.failures]
    to_make = [refunds[each] for each in wanted if each in refunds]
    return _Chosen(failures=known, refunds=to_make, unknown=resolution.unknown(wanted, known, to_make))


def _needs(ids: Sequence[str]) -> Needs:
    """The refunds only where one is named."""
    return failure_log.EVERYTHING if any(f":{REFUND}:" in each for each in ids) else failure_log.STATES


async def _do(settings: Settings, wish: Wish, chosen: _Chosen) -> None:
    closing = Closing(
        act="close",
        ids=list(wish.ids),
        reason=wish.by.reason,
        actor=wish.by.actor,
        is_booked=wish.is_booked,
        go=True,
    )
    if chosen.failures:
        await error_closing.do(settings, closing, chosen.failures, SystemClock())
    if chosen.refunds:
        await refund_closing.do(settings, closing, chosen.refunds, SystemClock())


async def _dry_run(settings: Settings, wish: Wish, chosen: _Chosen) -> dict[str, Any]:
    plan = await failure_plan.of(settings, wish.act, chosen.failures)
    if not wish.as_json and chosen.failures:
        failure_plan.show(console_output.console(), plan)
    return {"plan": plan.as_json()}


def _as_json(wish: Wish, chosen: _Chosen) -> dict[str, Any]:
    return {
        "failures": [each.id for each in chosen.failures],
        "refunds": [each.id for each in chosen.refunds],
        "unknown": list(chosen.unknown),
        "closed": wish.go,
    }


def _print(wish: Wish, chosen: _Chosen) -> None:
    done = "synced" if wish.is_booked else "ignored"
    state = done if wish.go else f"would be {done}"
    for each in dict.fromkeys(wish.ids):
        console_output.say(f"{each}: {'unknown' if each in chosen.unknown else state}")
    if not wish.go:
        console_output.complain(NOT_DONE)
