"""
The steps that concern one record alone, contained: what our own code raises there is the end of that record.

Each is a function of the record and the connection, so a repeat would raise the same: none is made. What a
call raises concerns all records in it, and is left to whoever makes the call.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from consumer import errors
from consumer.lago.lookup_result import LookupResult
from consumer.mapping.result import Mapping, Refused
from consumer.outcome import internal_error
from consumer.pipeline import routing
from consumer.pipeline.ownership import Ownership
from consumer.pipeline.steps import PlannedEvent, Steps
from consumer.record import Record
from schemas.envelope import Envelope, Undecodable

log = structlog.get_logger(__name__)


def contained(steps: Steps, ownership: Ownership) -> Steps:
    """The same steps; `decode`, `plan` and `enrich` raise nothing."""
    own = _ContainedSteps(steps, ownership)
    return replace(steps, decode=own.decode, plan=own.plan, enrich=own.enrich)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NotDecoded(Undecodable):
    """
    The event of a record that our own code failed to decode.

    Attributes:
        defect: the type of what was raised.
    """

    defect: str


class _ContainedSteps:
    def __init__(self, steps: Steps, ownership: Ownership) -> None:
        self._steps = steps
        self._ownership = ownership

    def decode(self, record: Record) -> Envelope | Undecodable:
        try:
            return self._steps.decode(record)
        except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
            message = "the worker failed before it could read the record"
            return _NotDecoded(reason="not_decoded", message=message, defect=self._logged(record, error))

    def plan(self, record: Record, event: Envelope | Undecodable) -> PlannedEvent:
        if isinstance(event, _NotDecoded):
            return self._refused(event, event.defect, "before it could read this event")
        if record.defect is not None:
            return self._refused(event, record.defect, "while it looked for what this event queues behind")
        try:
            return self._steps.plan(record, event)
        except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
            return self._unmapped(record, event, error)

    def enrich(self, record: Record, planned: PlannedEvent, looked_up: LookupResult) -> PlannedEvent:
        try:
            return self._steps.enrich(record, planned, looked_up)
        except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
            return self._unmapped(record, planned.event, error)

    def _unmapped(self, record: Record, event: Envelope | Undecodable, error: BaseException) -> PlannedEvent:
        return self._refused(event, self._logged(record, error), "while it mapped this event")

    def _logged(self, record: Record, error: BaseException) -> str:
        """The type of what was raised; raises it again when it ends this task or the process."""
        if not errors.is_defect(error):
            raise error
        error_name = errors.name_of(error)
        log.error(
            "event_not_planned",
            connection=self._ownership.connection.code,
            source=str(record.source),
            error=error_name,
            at=errors.frames_of(error),
        )
        return error_name

    def _refused(self, event: Envelope | Undecodable, error_name: str, doing: str) -> PlannedEvent:
        # Every connection reads every record, and the same code fails for all: one of them answers for it.
        plan: Mapping = routing.OTHER_CONNECTION
        if self._ownership.answers_for(event):
            plan = Refused(rejection=internal_error(error_name, doing))
        return PlannedEvent(event=event, plan=plan)
