"""
What is to be done about a record: decoded, routed and mapped, or refused for what our own code raises on it.

All of that is a function of the record and the connection, so a repeat would raise the same: none is made.
"""

from __future__ import annotations

import structlog

from consumer import errors
from consumer.lago.lookup_result import Answer
from consumer.mapping.result import Mapping, Refused
from consumer.outcome import Rejected, Unavailable, internal_error
from consumer.pipeline import enrichment, routing
from consumer.pipeline.known_zones import KnownZones
from consumer.pipeline.ownership import Ownership
from consumer.pipeline.prefetch import Foreseen
from consumer.record import Record
from consumer.tracing.record_spans import NO_TRAIL, Trail
from schemas import envelope
from schemas.envelope import Envelope, Undecodable

NOT_DECODED = Undecodable(reason="not_decoded", message="the worker failed before it could read the record")

log = structlog.get_logger(__name__)


class Planner:
    """Plans for one connection; nothing is raised."""

    def __init__(self, ownership: Ownership) -> None:
        self._ownership = ownership
        self._zones = KnownZones()

    def foresee(self, record: Record, trail: Trail = NO_TRAIL) -> Foreseen:
        """The event of a record, and what is to be done about it as far as the event itself says."""
        event: Envelope | Undecodable = NOT_DECODED
        try:
            with trail.step("decode"):
                event = self._zones.completed(envelope.decode(record.value))
            if record.defect is not None:
                return Foreseen(event=event, plan=self._without_lane(record.defect, event))
            with trail.step("map"):
                plan = routing.plan(event, self._ownership)
                unknown = enrichment.wanted(event, plan, self._ownership)
                return Foreseen(event=event, plan=plan, unknown=unknown)
        except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
            return Foreseen(event=event, plan=self._failed(record, event, error))

    def unasked(self, record: Record, seen: Foreseen) -> Mapping:
        """What is to be done when Lago cannot be asked for the customer."""
        if seen.unknown is None or isinstance(seen.event, Undecodable):
            return seen.plan
        try:
            return enrichment.unasked(seen.plan, seen.unknown, seen.event, self._ownership)
        except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
            return self._failed(record, seen.event, error)

    def answered(self, record: Record, seen: Foreseen, answer: Answer) -> Mapping | Unavailable:
        """What is to be done once Lago has answered who the customer is."""
        if seen.unknown is None or isinstance(seen.event, Undecodable):
            return seen.plan
        try:
            enriched = enrichment.answered(seen.event, seen.unknown, answer, self._ownership)
            return routing.plan(enriched, self._ownership) if isinstance(enriched, Envelope) else enriched
        except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
            return self._failed(record, seen.event, error)

    def _without_lane(self, error_name: str, event: Envelope | Undecodable) -> Mapping:
        doing = "while it looked for what this event queues behind"
        return self._refused(internal_error(error_name, doing), event)

    def _failed(self, record: Record, event: Envelope | Undecodable, error: BaseException) -> Mapping:
        if not errors.is_defect(error):
            raise error
        name, code = errors.name_of(error), self._ownership.connection.code
        log.error(
            "event_not_planned",
            connection=code,
            source=str(record.source),
            error=name,
            at=errors.frames_of(error),
        )
        doing = "before it could read this event" if event is NOT_DECODED else "while it mapped this event"
        return self._refused(internal_error(name, doing), event)

    def _refused(self, rejected: Rejected, event: Envelope | Undecodable) -> Mapping:
        # Every connection reads every record, and the same code fails for all: one of them answers for it.
        is_ours = self._ownership.answers_for(event)
        return Refused(rejection=rejected) if is_ours else routing.OTHER_CONNECTION
