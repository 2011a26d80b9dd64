"""The outcome of each event, from the results topic, the error topic and the worker's metrics."""

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

# The only status of a result for which nothing was written to NetSuite.
UNCHANGED = "exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """
    An event of the scenario that is on Kafka.

    Attributes:
        place: topic (with its prefix), partition and offset.
        sent_ms: when its webhook was posted, in milliseconds since the epoch; None when it did not come
            through `ingest`.
    """

    step: ScenarioEvent
    place: Place
    sent_ms: float | None = None


@dataclass(slots=True, kw_only=True)
class Endings:
    """Collects results and error events by the position of their input event; the last one counts."""

    results: dict[Place, dict[str, Result]] = field(default_factory=dict)
    errors: dict[Place, ErrorEvent] = field(default_factory=dict)
    unsettled: set[Place] = field(default_factory=set)

    def note_result(self, result: Result) -> None:
        """Add a published result; an event has one for each NetSuite record it concerns."""
        self.results.setdefault(_place(result.source), {})[result.key] = result

    def note_error(self, error: ErrorEvent) -> None:
        """Add a published error event."""
        self.errors[_place(error.source)] = error

    @property
    def published(self) -> int:
        """The number of input events for which a result or an error event has been published."""
        return len(self.results.keys() | self.errors.keys())

    @property
    def failed_ids(self) -> set[str]:
        """The ids of all error events."""
        return {error.id for error in self.errors.values()}

    def made(self, connection: str) -> set[str]:
        """The Lago ids of the customers that a connection has created in NetSuite."""
        return {
            each.lago_id
            for found in self.results.values()
            for each in found.values()
            if (each.connection, each.object, each.status) == (connection, "customer", "created")
        }

    def fate_of(self, place: Place) -> Fate:
        """The outcome of an event; a settled event without result or error event was ignored."""
        if place in self.errors:
            return "rejected"
        statuses = {result.status for result in self.results.get(place, {}).values()}
        if not statuses:
            return "unsettled" if place in self.unsettled else "ignored"
        return "already_there" if statuses == {UNCHANGED} else "written"

    def have_all_of(self, played: Played) -> bool:
        """Whether the event has a result or an error event, or is one that must have none."""
        return played.step.ending == "ignored" or played.place in self.results or played.place in self.errors

    def main_result(self, played: Played) -> Result | None:
        """The result of the event's own document, not of records written in the same call."""
        found = (each for each in self.results.get(played.place, {}).values() if _is_main(each, played.step))
        return next(found, None)

    def by_results(self, played: Played) -> list[Result]:
        """The results of other records written in the same call: a new customer, a sales order."""
        found = self.results.get(played.place, {}).values()
        return [each for each in found if not _is_main(each, played.step) and each.status != UNCHANGED]

    def waited_ms(self, played: Played) -> float | None:
        """Milliseconds from the POST of the webhook to NetSuite's response; None when either is missing."""
        result = self.main_result(played)
        if result is None or played.sent_ms is None:
            return None
        return result.source.timestamp_ms + result.timings.latency_ms - played.sent_ms


def fates(scenario: Sequence[Played], endings: Endings) -> Counter[Fate]:
    """The number of events by outcome."""
    return Counter(endings.fate_of(played.place) for played in scenario)


def disagreements(
    scenario: Sequence[Played], endings: Endings, settled: Mapping[str, int], *, pipelines: int = 1
) -> list[str]:
    """
    One sentence for each event with an unexpected outcome and each count that differs from the metrics.

    Each of the worker's `pipelines` settles every event, and ignores events that belong to another.
    """
    wrong = [
        f"{played.step.title} must be {played.step.ending} and is {endings.fate_of(played.place)}"
        for played in scenario
        if not _is_as_planned(played.step, endings.fate_of(played.place))
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


def _is_as_planned(step: ScenarioEvent, fate: Fate) -> bool:
    return fate in {"written", "already_there"} if step.ending == "booked" else fate == step.ending


def _place(source: SourceRef) -> Place:
    return source.topic, source.partition, source.offset
