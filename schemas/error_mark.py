"""
The mark that closes an error event, on the same topic, partition and key as the error event.

The record header ``mark`` distinguishes it from error events; consumers of error events skip it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

HEADER = "mark"

Kind = Literal["replayed", "synced", "ignored", "reopened"]


class ReplayRef(BaseModel):
    """The position of the replayed event on Kafka; `attempt` counts the replays of the event from 1."""

    model_config = ConfigDict(frozen=True)

    topic: str
    partition: int
    offset: int
    attempt: int


class ErrorMark(BaseModel):
    """
    An error event is closed, or its event is replayed.

    ``synced``: a person has entered the document in NetSuite by hand. ``ignored``: it must not be in
    NetSuite. ``replayed``: the event is on its topic again, and the outcome of the new record counts.
    ``reopened``: a mark ``synced`` or ``ignored`` before this one counts no longer.
    """

    model_config = ConfigDict(frozen=True)

    mark: Kind
    error_id: str = Field(description="id of the error event")
    connection: str
    reason: str = Field(default="", description="why it is closed or reopened, in the words of who did so")
    marked_at: str
    replay: ReplayRef | None = None
    run: str = Field(default="", description="id of the run of replays that it belongs to; empty for none")
