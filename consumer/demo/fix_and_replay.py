"""After the month: one cause of failures is fixed and its failures are replayed; the others stay open."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from consumer.commands import failure_log
from consumer.commands.console_output import ConsoleOutput
from consumer.config.settings import env_name
from consumer.demo import command, connections, playback
from consumer.demo.connections import FixedConnections
from consumer.demo.outcomes import Endings, Played
from consumer.demo.processes_under_test import Processes
from consumer.demo.scenario_event import ScenarioEvent
from consumer.demo.topic_watch import TopicRecords, until
from consumer.failures.failure import Failure

CAUSE = "invalid_mapping"
COMMAND = ("replay", "--code", CAUSE, "--go")
ARRIVE_LIMIT_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """The fixed file with which the worker has started again, and the seconds that it took."""

    fixed: FixedConnections
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """
    The result of the replay.

    Attributes:
        exit_code: of the command ``replay``.
        events: those that were written to their topic again.
        settled: counts by outcome from the metrics of the worker with the fixed file, over all its pipelines.
        open: the failures that are still open.
    """

    exit_code: int
    events: tuple[Played, ...]
    settled: dict[str, int]
    open: tuple[Failure, ...]
    seconds: float

    def outcome(self, endings: Endings) -> list[str]:
        """The fate of each replayed event."""
        return [endings.fate_of(played.place) for played in self.events]


async def restart(processes: Processes) -> Restart:
    """
    Add the missing mapping in a copy of the connections file, and restart the worker with the copy.

    Raises:
        StartupError: the worker does not become ready.
    """
    began_s = time.monotonic()
    fixed = connections.fix(processes.settings.connections_file)
    await processes.worker.restart({env_name("connections_file"): str(fixed.file)})
    return Restart(fixed=fixed, seconds=time.monotonic() - began_s)


async def replay(
    processes: Processes, seen: TopicRecords, scenario: Sequence[Played], out: ConsoleOutput
) -> Replay:
    """Run the command ``replay`` in a process of its own, and wait until the replayed events are settled."""
    began_s = time.monotonic()
    by_id = {error.id: place for place, error in seen.endings.errors.items()}
    wanted = {
        error.id
        for error in seen.endings.errors.values()
        if error.accounting_provider_customer_error.provider_error.error_code == CAUSE
    }
    exit_code = await command.run(processes, out, *COMMAND)
    await until(lambda: seen.replays.keys() >= wanted, limit_s=ARRIVE_LIMIT_S)
    steps = {played.place: played.step for played in scenario}
    replayed = tuple(
        Played(step=_fixed(steps[by_id[error_id]]), place=place) for error_id, place in seen.replays.items()
    )
    settled = await playback.until_ended(processes, seen.endings, replayed)
    log = await failure_log.take(processes.settings)
    seconds = round(time.monotonic() - began_s, 1)
    return Replay(
        exit_code=exit_code, events=replayed, settled=settled, open=tuple(log.open), seconds=seconds
    )


def figures(done: Replay, endings: Endings) -> dict[str, Any]:
    """The figures of the replay in `build/demo.json`."""
    became = Counter(done.outcome(endings))
    return {
        "code": CAUSE,
        "moved": len(done.events),
        "outcome": ", ".join(f"{count} {fate}" for fate, count in became.items()),
        "still_open": len(done.open),
        "seconds": done.seconds,
    }


def final(steps: Sequence[ScenarioEvent]) -> list[ScenarioEvent]:
    """The scenario with the outcomes expected after the replay."""
    return [_fixed(step) if step.plant == "unmapped_metric" else step for step in steps]


def problems(done: Replay, endings: Endings) -> list[str]:
    """One sentence for each deviation of the replay from what is expected."""
    wrong = [f"`lago-netsuite {' '.join(COMMAND)}` ended with {done.exit_code}"] if done.exit_code else []
    causes = {
        error.id: error.accounting_provider_customer_error.provider_error.error_code
        for error in endings.errors.values()
    }
    expected = {error_id for error_id, code in causes.items() if code != CAUSE}
    if len(done.events) != len(causes) - len(expected):
        wrong.append(f"{len(done.events)} events were replayed, not {len(causes) - len(expected)}")
    wrong += [
        f"{each.step.title} was replayed and is {endings.fate_of(each.place)}"
        for each in done.events
        if endings.fate_of(each.place) != "written"
    ]
    written = done.settled.get("written", 0)
    if written != len(done.events):
        wrong.append(f"{len(done.events)} events were replayed, and the worker has written {written}")
    still_open = {failure.id for failure in done.open}
    wrong += [
        f"failure {each} should be open, or is and should not" for each in sorted(still_open ^ expected)
    ]
    return wrong


def _fixed(step: ScenarioEvent) -> ScenarioEvent:
    return replace(step, ending="booked", title=f"{step.title} replayed")
