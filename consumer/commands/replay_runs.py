"""``replays``: runs of replays listed from the audit, paused, cancelled, and carried on in this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consumer.clock import SystemClock
from consumer.commands import (
    audit_trail,
    console_output,
    failure_log,
    failure_plan,
    paragraph,
    replay,
    replay_steering,
)
from consumer.commands.audited_replay import By, Order
from consumer.commands.failure_log import FailureLog
from consumer.config.settings import Settings
from consumer.failures import remarks
from consumer.failures import run as runs
from consumer.failures.failure import Failure
from consumer.failures.history import History
from consumer.failures.run import Run, State, Steering
from consumer.failures.selection import Selection
from consumer.kafka.cluster import Cluster
from schemas.audit import AuditRecord

DONE, FAILED = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A run with what its marks say; `last_ms` is of its last record or mark."""

    run: Run
    replayed: int
    last_ms: int

    @property
    def state(self) -> State:
        now_ms = round(SystemClock().now().timestamp() * 1_000)
        return self.run.state_now(last_ms=self.last_ms, now_ms=now_ms, is_here=False)

    @property
    def said(self) -> str:
        """``paused after 120 of 500``."""
        return f"{self.state} after {self.replayed} of {self.run.failures}"

    def as_json(self) -> dict[str, Any]:
        return self.run.as_json(state=self.state, replayed=self.replayed)


async def show(settings: Settings, *, as_json: bool) -> int:
    """
    Print the runs, the latest first.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
    """
    seen, _, _ = await _read(settings)
    if as_json:
        console_output.say_json([each.as_json() for each in reversed(list(seen.values()))])
        return DONE
    console = console_output.console()
    for each in reversed(list(seen.values())):
        run = each.run
        lines = [
            ("Connection", ", ".join(run.connections)),
            ("Begun", f"{run.started_at} by {run.actor}: {run.reason}"),
            ("Rate", f"at most {run.rate_per_s:g} a second"),
            ("Since", f"{run.changed_at}: {run.said}" if run.said else ""),
        ]
        paragraph.show(console, f"{run.id}: {each.said}", lines)
    if not seen:
        console_output.say("There are none.")
    return DONE


async def steer(settings: Settings, run_id: str, steering: Steering, *, by: By) -> int:
    """
    Pause or cancel a run; 1 where that does not fit its state.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge the record.
    """
    seen, _, _ = await _read(settings)
    found = seen.get(run_id)
    if found is None or _refused(steering, found):
        return _complain(run_id, steering, found)
    async with audit_trail.opened(Cluster.of(settings), SystemClock()) as trail:
        await replay_steering.append(trail, found.run, steering, by)
    done = "paused" if steering == "pause" else "cancelled"
    console_output.say(f"{run_id}: {done}; it stops after its present batch.")
    return DONE


async def resume(
    settings: Settings, run_id: str, *, by: By, rate_per_s: float | None, is_dry_run: bool
) -> int:
    """
    Carry a run on in this process, or say what that would do; 1 where it cannot be, or does not end.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge; what is marked is done.
    """
    seen, log, acts = await _read(settings)
    found = seen.get(run_id)
    if found is None or _refused("resume", found):
        return _complain(run_id, "resume", found)
    rate = rate_per_s or found.run.rate_per_s
    left = _left(found.run, log, remarks.of(acts).assignees)
    console_output.say(f"{run_id}: {found.said}.")
    if is_dry_run:
        console = console_output.console()
        failure_plan.show(console, await failure_plan.of(settings, "replay", left, rate_per_s=rate))
        console_output.say(f"{len(left)} are left; --go replays them.")
        return DONE
    order = Order(by=by, rate_per_s=rate, carried_on=found.run)
    done = await replay.carried_out(settings, order, log.history, left, is_quiet=False)
    console_output.say(f"{len(done.replayed)} of {len(left)} replayed")
    return FAILED if done.is_interrupted or done.missing else DONE


async def _read(settings: Settings) -> tuple[Mapping[str, _Seen], FailureLog, list[AuditRecord]]:
    acts = await audit_trail.read(Cluster.of(settings))
    log = await failure_log.take(settings, failure_log.STATES)
    found = {run.id: _seen(run, log.history) for run in runs.of(acts).values()}
    return found, log, acts


def _seen(run: Run, history: History) -> _Seen:
    last_at = max(run.changed_at, history.marked_at.get(run.id, ""))
    replayed = len(history.replayed_in.get(run.id, ()))
    return _Seen(run=run, replayed=replayed, last_ms=runs.ms_of(last_at))


def _left(run: Run, log: FailureLog, assignees: Mapping[str, str]) -> list[Failure]:
    selection: Selection = run.left()
    done = log.history.replayed_in.get(run.id) or set()
    return [
        each
        for each in selection.of(log.open, assignees)
        if selection.may_replay(each) and each.published_ms <= run.newest_ms and each.id not in done
    ]


def _refused(steering: Steering, found: _Seen) -> str:
    return runs.why_not(steering, found.run, found.state)


def _complain(run_id: str, steering: Steering, found: _Seen | None) -> int:
    why = _refused(steering, found) if found else "There is no such replay"
    console_output.complain(f"{run_id}: {why}. `lago-netsuite replays` lists them.")
    return FAILED
