"""Things that go wrong on purpose: a queue of faults that wait for what they are meant for."""

from __future__ import annotations

import json
import threading
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Kind = Literal["500", "502", "503", "reset_before", "reset_after_commit", "slow"]
Step = Literal["create", "load", "save", "delete", "void", "search"]


class _Waiting(BaseModel):
    """
    What waits to strike.

    Attributes:
        times: how often it is left to strike.
        match: a text that the body, the record or the filters must contain; absent, any will do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    times: Annotated[int, Field(ge=1)] = 1
    match: str | None = None

    def fits(self, text: str) -> bool:
        """Whether it is meant for what contains this text."""
        return self.match is None or self.match in text


class Fault(_Waiting):
    """
    Something between the client and the script.

    Attributes:
        kind: ``500``, ``502``, ``503`` (the HTML of a maintenance page) and ``reset_before`` strike before
            the script runs; ``reset_after_commit`` lets it run and drops the connection instead of answering;
            ``slow`` waits `delay_s` and then goes on as usual.
    """

    kind: Kind
    delay_s: Annotated[float, Field(ge=0)] = 0.0


class PlatformError(_Waiting):
    """
    What NetSuite answers instead of running the script.

    Attributes:
        status: HTTP's; 400 unless NetSuite says otherwise (Oracle section_4634920277).
        code: NetSuite's name of the error.
        body: in place of the JSON of code and message, anything else.
    """

    kind: Literal["platform"]
    status: Annotated[int, Field(ge=200, le=599)] = 400
    code: str = "UNEXPECTED_ERROR"
    message: str = ""
    body: str | None = None
    content_type: str = "application/json"


class ThrownError(_Waiting):
    """
    An error that the script meets at one step, as from a workflow, a user event or the database.

    Attributes:
        at: what the script is about; ``save`` strikes after NetSuite's own checks, before anything is kept.
        type: the record or search type; absent, any will do.
        name: NetSuite's code, ``USER_ERROR`` or ``RCRD_HAS_BEEN_CHANGED``, say.
    """

    kind: Literal["error"]
    at: Step
    type: str | None = None
    name: str
    message: str = ""


CallFault = Fault | PlatformError
AnyFault = CallFault | ThrownError
ANY_FAULT: TypeAdapter[AnyFault] = TypeAdapter(Annotated[AnyFault, Field(discriminator="kind")])
"""What reads a fault from JSON; raises ValidationError."""


class Faults:
    """The faults still to come; the oldest that fits is used up first. Safe to use from several threads."""

    def __init__(self) -> None:
        self._queue: list[AnyFault] = []
        self._lock = threading.Lock()

    def add(self, fault: AnyFault) -> None:
        """Queue a fault behind the others."""
        with self._lock:
            self._queue.append(fault)

    def pending(self) -> list[AnyFault]:
        """List what has not struck yet."""
        with self._lock:
            return list(self._queue)

    def clear(self) -> int:
        """Forget all; the number of faults that were left."""
        with self._lock:
            count = len(self._queue)
            self._queue.clear()
        return count

    def take(self, body: str) -> CallFault | None:
        """Use up one time of the oldest fault of a call that fits this body."""
        with self._lock:
            for place, fault in enumerate(self._queue):
                if not isinstance(fault, ThrownError) and fault.fits(body):
                    self._use(place)
                    return fault
        return None

    def thrown_at(self, at: Step, record_type: str, content: Any = None) -> ThrownError | None:
        """Use up one time of the oldest error meant for this step on a record of such a content."""
        if not self._queue:  # as good as always
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
