"""Fault injection: a queue of faults, each for the next call or step that matches."""

from __future__ import annotations

import json
import threading
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Kind = Literal["500", "502", "503", "reset_before", "reset_after_commit", "slow"]
Step = Literal["create", "load", "save", "delete", "void", "search"]


class _Waiting(BaseModel):
    """
    A queued fault.

    Attributes:
        times: how often it is still injected.
        match: a text that the body, the record or the filters must contain; None matches all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    times: Annotated[int, Field(ge=1)] = 1
    match: str | None = None

    def fits(self, text: str) -> bool:
        """Whether the text matches."""
        return self.match is None or self.match in text


class Fault(_Waiting):
    """
    A fault between the client and the script.

    Attributes:
        kind: ``500``, ``502``, ``503`` (the HTML of a maintenance page) and ``reset_before`` happen before
            the script runs; ``reset_after_commit`` runs it and resets the connection instead of responding;
            ``slow`` waits `delay_s` and then runs it as usual.
    """

    kind: Kind
    delay_s: Annotated[float, Field(ge=0)] = 0.0


class PlatformError(_Waiting):
    """
    NetSuite's response instead of the script's.

    Attributes:
        status: HTTP status; 400 for most errors (Oracle section_4634920277).
        code: NetSuite's error code.
        body: replaces the JSON of code and message.
    """

    kind: Literal["platform"]
    status: Annotated[int, Field(ge=200, le=599)] = 400
    code: str = "UNEXPECTED_ERROR"
    message: str = ""
    body: str | None = None
    content_type: str = "application/json"


class ThrownError(_Waiting):
    """
    An error that NetSuite throws at one step of the script, such as one of a workflow or the database.

    Attributes:
        at: the step; at ``save`` it is thrown after NetSuite's own checks and before the commit.
        type: the record or search type; None matches all.
        name: NetSuite's code, such as ``USER_ERROR`` or ``RCRD_HAS_BEEN_CHANGED``.
    """

    kind: Literal["error"]
    at: Step
    type: str | None = None
    name: str
    message: str = ""


CallFault = Fault | PlatformError
AnyFault = CallFault | ThrownError
ANY_FAULT: TypeAdapter[AnyFault] = TypeAdapter(Annotated[AnyFault, Field(discriminator="kind")])
"""Validates a fault from JSON; raises ValidationError."""


class Faults:
    """The queued faults; the oldest that matches is injected first. Safe to use from several threads."""

    def __init__(self) -> None:
        self._queue: list[AnyFault] = []
        self._lock = threading.Lock()

    def add(self, fault: AnyFault) -> None:
        """Append a fault to the queue."""
        with self._lock:
            self._queue.append(fault)

    def pending(self) -> list[AnyFault]:
        """The queued faults."""
        with self._lock:
            return list(self._queue)

    def clear(self) -> int:
        """Remove all faults; returns how many there were."""
        with self._lock:
            count = len(self._queue)
            self._queue.clear()
        return count

    def take(self, body: str) -> CallFault | None:
        """The oldest fault for a call with this body; its `times` decreases by one."""
        with self._lock:
            for place, fault in enumerate(self._queue):
                if not isinstance(fault, ThrownError) and fault.fits(body):
                    self._use(place)
                    return fault
        return None

    def thrown_at(self, at: Step, record_type: str, content: Any = None) -> ThrownError | None:
        """The oldest error for this step on a record with this content; its `times` decreases by one."""
        if not self._queue:  # the usual case
            return None
        text = json.dumps(content, default=str, ensure_ascii=False)
        with self._lock:
            for place, fault in enumerate(self._queue):
                if isinstance(fault, ThrownError) and _is_meant(fault, at, record_type) and fault.fits(text):
                    self._use(place)
                    return fault
        return None

    def _use(self, place: int) -> None:
        fault = self._queue[place]
        left = [fault.model_copy(update={"times": fault.times - 1})] if fault.times > 1 else []
        self._queue[place : place + 1] = left


def _is_meant(fault: ThrownError, at: Step, record_type: str) -> bool:
    return fault.at == at and fault.type in (None, record_type)
