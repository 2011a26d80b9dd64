"""Calls and events as values, complete unless a test says otherwise."""

from __future__ import annotations

from tests.bench.call_log import OK, Call, EventId, Item
from tests.bench.events import Produced


def event(name: str, *, lane: str = "a", offset: int = 0, at_s: float = 0.0, partition: int = 0) -> Produced:
    """An event on its topic."""
    return Produced(event=EventId(name, "v"), lane=lane, partition=partition, offset=offset, at_s=at_s)


def call(
    begin: float,
    end: float,
    *names: str,
    became: str = "created",
    status: int = OK,
    attempt: int = 1,
    gone_at: float | None = None,
) -> Call:
    """A call that carried these events and had the same word for each."""
    items = tuple(Item(event=EventId(name, "v"), lago_id=name, status=became) for name in names)
    return Call(t_in=begin, t_out=end, status=status, items=items, attempt=attempt, gone_at=gone_at)


def by_id(*events: Produced) -> dict[EventId, Produced]:
    """Events as the arithmetic wants them."""
    return {each.event: each for each in events}
