"""
What has lately been rejected, so that the error of what depended on it can name the cause.

In memory and bounded: after a restart, or on another worker, an error names what is missing and not why.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from consumer.events import summary
from consumer.ops.best_effort import BestEffort
from consumer.outcome import Outcome, Rejected, Release, is_written
from consumer.record import LaneKey, Record
from schemas import envelope
from schemas.envelope import Undecodable

REMEMBERED = 10_000
MAX_MESSAGE_CHARS = 300

Deliver = Callable[[Sequence[Record], Release], Awaitable[Sequence[Outcome]]]
GiveUp = Callable[[Record, Rejected], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A rejected object: Lago's type, id and number of it, and what was published."""

    object_type: str
    lago_id: str
    number: str | None
    code: str
    message: str


class RecentFailures:
    """Stands between a connection's dispatcher and its pipeline."""

    def __init__(self, *, deliver: Deliver, give_up: GiveUp) -> None:
        """Begin with nothing."""
        self._best_effort = BestEffort()
        self._deliver = deliver
        self._give_up = give_up
        self._known: OrderedDict[LaneKey, Failure] = OrderedDict()

    async def deliver(self, records: Sequence[Record], release: Release) -> Sequence[Outcome]:
        """As the pipeline does; remembers what was rejected, until it is written."""
        outcomes = await self._deliver(records, release)
        # What was published must not be published again for want of a note of it.
        with self._best_effort.of("recent_failures"):
            for record, outcome in zip(records, outcomes, strict=True):
                self._learn(record, outcome)
        return outcomes

    async def give_up(self, record: Record, rejected: Rejected) -> None:
        """As the pipeline does, with the cause where something that the record needs was rejected."""
        explained = rejected
        with self._best_effort.of("recent_failures"):
            explained = self.explained(record, rejected)
        await self._give_up(record, explained)
        with self._best_effort.of("recent_failures"):
            self._note(record, explained)

    def explained(self, record: Record, rejected: Rejected) -> Rejected:
        """The rejection of what waited in vain, naming the rejected object it waited for."""
        if rejected.code != "dependency_missing":
            return rejected
        needed = (self._known.get(key) for key in (*record.needs, *record.refers_to))
        cause = next((each for each in needed if each is not None), None)
        return rejected if cause is None else _because_of(cause, rejected)

    def _learn(self, record: Record, outcome: Outcome) -> None:
        if isinstance(outcome, Rejected):
            self._note(record, outcome)
        elif is_written(outcome):
            self._known.pop(record.lane, None)

    def _note(self, record: Record, rejected: Rejected) -> None:
        event = envelope.decode(record.value)
        if isinstance(event, Undecodable):
            return
        self._known[record.lane] = Failure(
            object_type=event.object_type,
            lago_id=event.object_id,
            number=summary.of(event).number,
            code=rejected.code,
            message=rejected.message[:MAX_MESSAGE_CHARS],
        )
        self._known.move_to_end(record.lane)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _because_of(cause: Failure, rejected: Rejected) -> Rejected:
    name = f"{cause.object_type} {cause.number or cause.lago_id}"
    about = {
        "cause_type": cause.object_type,
        "cause_lago_id": cause.lago_id,
        "cause_number": cause.number or "",
        "cause_code": cause.code,
    }
    return replace(
        rejected,
        message=f"{name} was rejected with {cause.code}: {cause.message}; therefore: {rejected.message}",
        hint=f"mend what rejected {name} and replay it, then replay this event",
        details=rejected.details | about,
    )
