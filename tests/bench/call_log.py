"""The stub's log of calls, the source of all figures about deliveries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

WRITTEN = frozenset({"created", "exists", "updated", "adopted", "voided"})
FINAL = WRITTEN | {"rejected"}

OK = 200
LIMIT_EXCEEDED = 400
OUT_OF_SERVICE = 503
DROPPED = 0
"""The work was done and the connection cut before the answer."""


class EventId(NamedTuple):
    """Which event an item of a call stands for: several events of one document differ in their version."""

    external_id: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """
    One item of a call.

    Attributes:
        status: the contract's status, ``rejected`` for a permanent error, ``failed`` for one that may succeed
            at a retry, empty when the call was not executed.
    """

    event: EventId
    lago_id: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    One call; moments are seconds since the epoch.

    Attributes:
        status: of HTTP, or `DROPPED`.
        attempt: number of the attempt of the call's first event, from 1; 0 when the call was refused.
        gone_at: when the client closed the connection while the call was in flight.
    """

    t_in: float
    t_out: float
    status: int
    items: tuple[Item, ...]
    attempt: int = 1
    gone_at: float | None = None

    @property
    def held_permit(self) -> bool:
        """Whether the call counted towards the account's cap."""
        return self.attempt > 0

    @property
    def ended_for_caller_at(self) -> float:
        """When the call ended for its client."""
        return self.t_out if self.gone_at is None else min(self.t_out, self.gone_at)

    def line(self) -> str:
        """The call as one line of JSON."""
        items = [[*item.event, item.lago_id, item.status] for item in self.items]
        return json.dumps([self.t_in, self.t_out, self.status, self.attempt, self.gone_at, items]) + "\n"

    @classmethod
    def of_line(cls, line: str) -> Call:
        """The call of one line."""
        t_in, t_out, status, attempt, gone_at, items = json.loads(line)
        return cls(
            t_in=t_in,
            t_out=t_out,
            status=status,
            attempt=attempt,
            gone_at=gone_at,
            items=tuple(
                Item(event=EventId(external_id, version), lago_id=lago_id, status=became)
                for external_id, version, lago_id, became in items
            ),
        )


def read(path: Path) -> list[Call]:
    """All calls in the order in which they began."""
    with path.open() as lines:
        return sorted((Call.of_line(line) for line in lines), key=lambda call: call.t_in)
