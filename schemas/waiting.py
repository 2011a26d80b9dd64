"""
The record on ``lago.netsuite.waiting``: one event that a worker has parked, and what it waits for.

The key is ``connection/topic/partition/offset``, since several connections read one topic; keys that begin
with a slash are of `schemas.connection_state`. The topic is compacted: Kafka keeps the last record of a key,
and a tombstone removes it when the event is settled.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.result import SourceRef

TOPIC = "lago.netsuite.waiting"
EVENT_TYPE = "netsuite.record.waiting"

Kind = Literal["record", "dependency", "hold", "predecessor", "kind"]
"""
Why a worker has parked an event.

``record``: it failed and is tried again. ``dependency``: another record is not in NetSuite. ``hold``: a
period is closed or an approval is missing. ``predecessor``: this worker has not settled another event yet.
``kind``: the account refuses this kind of document.
"""


class WaitingRecord(BaseModel):
    """One parked event; `amount` is decimal text in units of the currency, timestamps are RFC 3339."""

    model_config = ConfigDict(frozen=True)

    connection: str
    event: str | None = Field(description="type of the event; null when it could not be decoded")
    object: str | None = Field(examples=["customer", "invoice", "credit_note", "payment"])
    lago_id: str | None
    number: str | None = None
    date: str | None = Field(default=None, description="the document's own date")
    amount: str | None = None
    currency: str | None = None
    lago_customer_id: str | None = None
    external_customer_id: str | None = None
    kind: Kind
    code: str = Field(
        description="the code of the error event that it becomes", examples=["dependency_missing"]
    )
    waits_for: str = Field(examples=["invoice ACME-001", "accounting period"])
    reason: str = Field(description="why it waits, as a sentence")
    since: str
    next_try: str | None = Field(
        default=None, description="as of `as_of`; null while it waits for another event"
    )
    until: str | None = Field(
        default=None, description="then it becomes an error event, unless it is written before"
    )
    attempts: int
    as_of: str
    source: SourceRef

    @property
    def key(self) -> str:
        """The record's key on the topic."""
        return key_of(self.connection, self.source.topic, self.source.partition, self.source.offset)


def key_of(connection: str, topic: str, partition: int, offset: int) -> str:
    """The key of the event at a position; `topic` has the deployment's prefix."""
    return f"{connection}/{topic}/{partition}/{offset}"
