"""What became of each event: read from the results topic, the error topic and the worker's own metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from consumer.commands.demo.scene import Scene
from schemas.error_event import ErrorEvent
from schemas.result import Result, SourceRef

Fate = Literal["written", "already_there", "ignored", "rejected", "unsettled"]
Place = tuple[str, int, int]

# A repeat that found everything in place wrote nothing; whatever else a result says changed the books.
UNCHANGED = "exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A scene that Kafka has acknowledged: topic (with its prefix), partition and offset."""

    scene: Scene
    place: Place


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

    def fate_of(self, place: Place) -> Fate:
        """What became of an event; one that is settled and that nobody spoke of was ignored."""
        if place in self.errors:
            return "rejected"
        statuses = {result.status for result in self.results.get(place, {}).values()}
        if not statuses:
            return "unsettled" if place in self.unsettled else "ignored"
        return "already_there" if statuses == {UNCHANGED} else "written"

    def main_result(self, played: Played) -> Result | None:
        """The result about the event's own object, not about a customer that came with it."""
        found = self.results.get(played.place, {}).values()
        return next((result for result in found if result.lago_id == played.scene.lago_id), None)


def fates(story: Sequence[Played], endings: Endings) -> Counter[Fate]:
    """How many events ended how."""
    return Counter(endings.fate_of(played.place) for played in story)


def disagreements(story: Sequence[Played], endings: Endings, settled: Mapping[str, int]) -> list[str]:
    """Every event that did not end as it must, and every count that the worker's metrics see otherwise."""
    wrong = [
        f"{played.scene.title} must be {played.scene.ending} and is {endings.fate_of(played.place)}"
        for played in story
        if not _is_as_told(played.scene, endings.fate_of(played.place))
    ]
    counted = fates(story, endings)
    names: tuple[Fate, ...] = ("written", "already_there", "ignored", "rejected")
    return wrong + [
        f"topics tell of {counted[name]} {name}, the worker's metrics of {settled.get(name, 0)}"
        for name in names
        if counted[name] != settled.get(name, 0)
    ]


def _is_as_told(scene: Scene, fate: Fate) -> bool:
    return fate in {"written", "already_there"} if scene.ending == "booked" else fate == scene.ending


def _place(source: SourceRef) -> Place:
    return source.topic, source.partition, source.offset
