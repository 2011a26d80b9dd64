"""What the pipeline says to whoever counts, and how: what goes wrong there is nobody's end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog

from consumer.events import booked_amounts
from consumer.events.booked_amounts import Booking
from consumer.mapping.result import Mapped
from consumer.ops.best_effort import BestEffort
from consumer.outcome import Ignored, Outcome, name_of
from schemas.envelope import Envelope, Undecodable

log = structlog.get_logger(__name__)


class Observer(Protocol):
    """What the pipeline tells its metrics."""

    def delivered(self, *, object: str, outcome: str, seconds: float) -> None:  # noqa: A002 - a label
        """One try took this long, and came to this outcome of the eight."""
        ...

    def booked(self, *, connection: str, booking: Booking, at_s: float) -> None:
        """A Lago object has reached NetSuite or was refused."""
        ...

    def error_published(self, *, connection: str, code: str) -> None:
        """An error event was acknowledged."""
        ...

    def fallback_used(self, *, connection: str, rule: str) -> None:
        """A fallback item was chosen for want of a mapping."""
        ...


class Observations:
    """The figures of one connection, on their way to an observer; none of them raises."""

    def __init__(self, connection: str, observer: Observer | None) -> None:
        """Without an observer nothing is counted."""
        self._connection = connection
        self._observer = observer
        self._best_effort = BestEffort()

    def tried(
        self, events: Sequence[Envelope | Undecodable], outcomes: Sequence[Outcome], took_s: float
    ) -> None:
        """A call was made for these events and came to these outcomes."""
        if self._observer is None:
            return
        for event, outcome in zip(events, outcomes, strict=True):
            if isinstance(outcome, Ignored):
                continue
            try:
                kind = booked_amounts.object_of(event.object_type if isinstance(event, Envelope) else "")
                self._observer.delivered(object=kind, outcome=name_of(outcome), seconds=took_s)
            except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
                self._best_effort.contain("delivered", error)

    def booked(self, event: Envelope | Undecodable, outcome: Outcome, at: datetime) -> None:
        """An outcome was published."""
        if self._observer is None or isinstance(event, Undecodable):
            return
        try:
            for booking in booked_amounts.of(event, outcome):
                self._observer.booked(connection=self._connection, booking=booking, at_s=at.timestamp())
        except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
            self._best_effort.contain("booked", error)

    def error_published(self, code: str) -> None:
        """An error event was acknowledged."""
        if self._observer is not None:
            with self._best_effort.of("error_published"):
                self._observer.error_published(connection=self._connection, code=code)

    def fell_back(self, plan: Mapped) -> None:
        """Lines of a request got a fallback item."""
        for choice in plan.fallbacks:
            with self._best_effort.of("fallback_used"):
                log.warning(
                    "fallback_used", connection=self._connection, subject=choice.subject, at=choice.at
                )
                if self._observer is not None:
                    self._observer.fallback_used(connection=self._connection, rule=choice.rule)
