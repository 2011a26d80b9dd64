"""Things that go wrong on purpose: a queue of faults that wait for the calls they are meant for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["500", "502", "503", "reset_before", "reset_after_commit", "slow"]


class Fault(BaseModel):
    """
    A fault and the calls it strikes.

    Attributes:
        kind: ``500``, ``502``, ``503`` (the HTML of a maintenance page) and ``reset_before`` strike before
            the script runs; ``reset_after_commit`` lets it run and drops the connection instead of answering;
            ``slow`` waits `delay_s` and then goes on as usual.
        times: how many calls are left to strike.
        match: a text the body must contain; absent, any call will do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    kind: Kind
    times: Annotated[int, Field(ge=1)] = 1
    match: str | None = None
    delay_s: Annotated[float, Field(ge=0)] = 0.0


class Faults:
    """The faults still to come; the oldest that fits a call is used up first."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Queue a fault behind the others."""
        self._queue.append(fault)

    def pending(self) -> list[Fault]:
        """List what has not struck yet."""
        return list(self._queue)

    def clear(self) -> int:
        """Forget all; the number of faults that were left."""
        count = len(self._queue)
        self._queue.clear()
        return count

    def take(self, body: str) -> Fault | None:
        """Use up one time of the oldest fault that fits this body."""
        for place, fault in enumerate(self._queue):
            if fault.match is None or fault.match in body:
                left = [fault.model_copy(update={"times": fault.times - 1})] if fault.times > 1 else []
                self._queue[place : place + 1] = left
                return fault
        return None
