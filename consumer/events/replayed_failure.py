"""
The failures that a replay is of, on a header of the replayed record.

So a replay that fails again is the same failure, with its id, its first time and all of its attempts.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from consumer.record import Record

HEADER = "replay-failures"
MAX_HEADER_CHARS = 20_000
MAX_ID_CHARS = 100
MAX_TIME_CHARS = 40


class ReplayedFailure(BaseModel):
    """
    One failure; a record has one at each connection that could not write it.

    Attributes:
        first_failed_at: when the first attempt began, RFC 3339.
        attempts: of all deliveries up to now.
    """

    model_config = ConfigDict(frozen=True)

    connection: str
    id: str = Field(max_length=MAX_ID_CHARS)
    first_failed_at: str = Field(max_length=MAX_TIME_CHARS)
    attempts: int = Field(ge=0)


_LIST = TypeAdapter(list[ReplayedFailure])


def header_of(failures: Iterable[ReplayedFailure]) -> tuple[str, bytes]:
    """The header of a record that replays these failures."""
    return HEADER, _LIST.dump_json(list(failures))


def of(record: Record, connection: str) -> ReplayedFailure | None:
    """The failure at a connection that a record replays; None for an event that has not failed there."""
    text = record.header(HEADER)
    if text is None or len(text) > MAX_HEADER_CHARS:
        return None
    try:
        found = _LIST.validate_json(text)
    except ValidationError:
        return None  # of another program: the record is an event like any other
    return next((each for each in found if each.connection == connection), None)
