"""What became of each event: read from the results topic, the error topic and the worker's own metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from consumer.demo.scenario_event import ScenarioEvent
from schemas.error_event import ErrorEvent
from schemas.result import Result, SourceRef

Fate = Literal["written", "already_there", "ignored", "rejected", "unsettled"]
Place = tuple[str, int, int]

# A repeat that found everything in place wrote nothing; whatever else a result says changed the books.
UNCHANGED = "exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """
    A scene that lies on Kafka.

    Attributes:
        place: topic (with its prefix), partition and offset.
        sent_ms: when its webhook was posted, in milliseconds since the epoch; None when it was none.
    """

    step: ScenarioEvent
    place: Place
    sent_ms: float | None = None


@dataclass(slots=True, kw_only=True)
class Endings:
    """Collects what is published, by the coordinates of the event it is about; repeats replace each other."""

    results: dict[Place, dict[str, Result]] = field(default_factory=dict)
    errors: dict[Place, ErrorEvent] = field(default_factory=dict)
    unsettled: set[Place] = field(default_factory=set)

    def note_result(self, result: Result) -> None:
        """A result was published; one event has one for each NetSuite record it touched."""
        self.results.setdefault(_place(result.source), {})[result.key] = result

    def note_error(self, error: ErrorEvent) -> None:
        """An error event was published."""
        self.errors[_place(error.source)] = error

    @property
    def told(self) -> int:
        """How many events something has been published about."""
        return len(self.results.keys() | self.errors.keys())

    @property
    def failed_ids(self) -> set[str]:
        """The ids of all error events."""
        return {error.id for error in self.errors.values()}

    def made(self, connection: str) -> set[str]:
        """Lago's ids of the customers that a connection has created in NetSuite."""
        return {
            each.lago_id
            for found in self.results.values()
            for each in found.values()
            if (each.connection, each.object, each.status) == (connection, "customer", "created")
        }

    def fate_of(self, place: Place) -> Fate:
        """What became of an event; one that is settled and that nobody spoke of was ignored."""
        if place in self.errors:
            return "rejected"
        statuses = {result.status for result in self.results.get(place, {}).values()}
        if not statuses:
            return "unsettled" if place in self.unsettled else "ignored"
        return "already_there" if statuses == {UNCHANGED} else "written"

    def main_result(self, played: Played) -> Result | None:
        """The result about the event's own document, not about what came with it."""
        found = (each for each in self.results.get(played.place, {}).values() if _is_main(each, played.step))
        return next(found, None)

    def by_results(self, played: Played) -> list[Result]:
        """What was written in the same call: a customer who was not there yet, a sales order."""
        found = self.results.get(played.place, {}).values()
        return [each for each in found if not _is_main(each, played.step) and each.status != UNCHANGED]

    def waited_ms(self, played: Played) -> float | None:
        """From the webhook's being posted until NetSuite's answer; None without either."""
        result = self.main_result(played)
        if result is None or played.sent_ms is None:
            return None
        return result.source.timestamp_ms + result.timings.latency_ms - played.sent_ms


def fates(scenario: Sequence[Played], endings: Endings) -> Counter[Fate]:
    """How many events ended how."""
    return Counter(endings.fate_of(played.place) for played in scenario)


def disagreements(
    scenario: Sequence[Played], endings: Endings, settled: Mapping[str, int], *, pipelines: int = 1
) -> list[str]:
    """
    Every event that did not end as it must, and every count that the worker's metrics see otherwise.

    Each of the worker's pipelines settles every event, and ignores what belongs to another.
    """
    wrong = [
        f"{played.step.title} must be {played.step.ending} and is {endings.fate_of(played.place)}"
        for played in scenario
        if not _is_as_told(played.step, endings.fate_of(played.place))
    ]
    counted = fates(scenario, endings)
    counted["ignored"] += (pipelines - 1) * len(scenario)
    names: tuple[Fate, ...] = ("written", "already_there", "ignored", "rejected")
    return wrong + [
        f"topics tell of {counted[name]} {name}, the worker's metrics of {settled.get(name, 0)}"
        for name in names
        if counted[name] != settled.get(name, 0)
    ]


def _is_main(result: Result, step: ScenarioEvent) -> bool:
    return result.lago_id == step.lago_id and result.netsuite_type == step.netsuite_type


def _is_as_told(step: ScenarioEvent, fate: Fate) -> bool:
    return fate in {"written", "already_there"} if step.ending == "booked" else fate == step.ending


def _place(source: SourceRef) -> Place:
    return source.topic, source.partition, source.offset
