"""What Lago's webhooks did not bring is read from its API by ``backfill``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from consumer.commands.console_output import ConsoleOutput
from consumer.demo import command, playback
from consumer.demo.customers import CONNECTION
from consumer.demo.delivery import Sent
from consumer.demo.outcomes import Endings, Played
from consumer.demo.processes_under_test import Processes
from consumer.demo.settlement import LOST_ON
from consumer.demo.topic_watch import TopicRecords, until

DAY = LOST_ON.isoformat()
COMMAND = (
    "backfill", "--connection", CONNECTION, "--objects", "invoices,credit_notes",
    "--since", DAY, "--until", DAY, "--go",
)  # fmt: skip
ARRIVE_LIMIT_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """
    The result of the backfill.

    Attributes:
        exit_code: of the command.
        lost: number of webhooks that Lago has lost.
        events: those that the backfill has put on their topics.
    """

    exit_code: int
    lost: int
    events: tuple[Played, ...]


async def backfill(
    processes: Processes, seen: TopicRecords, sent: Sequence[Sent], out: ConsoleOutput, *, replayed: int
) -> Backfill:
    """Run the command, and wait until its events are settled; the worker has settled `replayed` before."""
    lost = {each.step.lago_id: each.step for each in sent if each.step.way == "lost"}
    exit_code = await command.run(processes, out, *COMMAND)
    await until(lambda: len(seen.read_by("backfill")) >= len(lost), limit_s=ARRIVE_LIMIT_S)
    events = tuple(
        Played(step=lost[each.lago_id], place=each.place)
        for each in seen.read_by("backfill")
        if each.lago_id in lost
    )
    await playback.until_ended(processes, seen.endings, events, others=replayed)
    return Backfill(exit_code=exit_code, lost=len(lost), events=events)


def figures(done: Backfill, endings: Endings) -> dict[str, Any]:
    """The figures of the backfill in `build/demo.json`."""
    return {"lost": done.lost, "sent": len(done.events), "outcome": outcome(done, endings)}


def outcome(done: Backfill, endings: Endings) -> str:
    """The number of its events by fate."""
    return playback.counted(endings.fate_of(each.place) for each in done.events)


def problems(done: Backfill) -> list[str]:
    """One sentence for each deviation; the fates of its events are those of a planted fault."""
    wrong = [f"`lago-netsuite {' '.join(COMMAND)}` ended with {done.exit_code}"] if done.exit_code else []
    if len(done.events) != done.lost:
        wrong.append(f"{done.lost} webhooks were lost, and the backfill has sent {len(done.events)}")
    return wrong
