"""
What is said afterwards of an error event, on the same topic, partition and key as the event itself.

A mark is told apart by its record header ``mark``; whoever reads the topic for errors leaves it out.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

HEADER = "mark"

Kind = Literal["replayed", "synced", "ignored"]


class ReplayRef(BaseModel):
    """Where the event lies on Kafka once more; `attempt` counts the replays of the event from 1."""

    model_config = ConfigDict(frozen=True)

    topic: str
    partition: int
    offset: int
    attempt: int


class ErrorMark(BaseModel):
    """
    An error event is settled, or has been replayed.

    ``synced``: a person has brought the document into NetSuite by hand. ``ignored``: it is not to be there.
    ``replayed``: the event is on its topic again, and what becomes of it there counts.
    """

    model_config = ConfigDict(frozen=True)

    mark: Kind
    error_id: str = Field(description="id of the error event")
    connection: str
    reason: str = Field(default="", description="why it is to be ignored, in the words of who said so")
    marked_at: str
    replay: ReplayRef | None = None
