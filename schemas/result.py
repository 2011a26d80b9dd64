"""The result on ``lago.netsuite.results``: the NetSuite record of a Lago object."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

TOPIC = "lago.netsuite.results"
REFUND = "refund"
"""The action that a result of a credit note asks for, and the object of the result that closes it."""


class SourceRef(BaseModel):
    """The position of the event on Kafka, and its record timestamp in milliseconds since the epoch."""

    model_config = ConfigDict(frozen=True)

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: str | None = None


class Timings(BaseModel):
    """
    Durations in milliseconds.

    `latency_ms` is from the record's timestamp to NetSuite's response, `call_ms` is that of the last call.
    """

    model_config = ConfigDict(frozen=True)

    latency_ms: float
    call_ms: float


class Result(BaseModel):
    """
    One Lago object and its NetSuite record.

    The key is ``connection:object:lago id``; the topic is compacted, so Kafka keeps the last result of an
    object.
    """

    model_config = ConfigDict(frozen=True)

    connection: str
    object: str = Field(examples=["customer", "invoice", "credit_note", "payment", "refund"])
    lago_id: str
    lago_number: str | None = Field(default=None, description="of a customer, its external id")
    event: str = Field(examples=["invoice.created"])
    status: str = Field(
        examples=["created", "exists", "updated", "adopted", "voided"],
        description="of a refund that a person has closed, `synced` or `ignored`",
    )
    netsuite_type: str
    internal_id: str
    external_id: str
    netsuite_number: str | None = None
    url: str = ""
    currency: str | None = None
    totals: dict[str, str] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    action_needed: str | None = Field(default=None, examples=["refund"])
    action_amount: str | None = Field(default=None, description="in units of the currency")
    mapping_version: str
    attempts: int
    written_at: str
    timings: Timings
    source: SourceRef
    trace_id: str | None = Field(default=None, description="the W3C trace of the event, if it had one")

    @property
    def key(self) -> str:
        """The record's key on the topic."""
        return key_of(self.connection, self.object, self.lago_id)


def key_of(connection: str, object_type: str, lago_id: str) -> str:
    """The key of the results of one Lago object at a connection."""
    return f"{connection}:{object_type}:{lago_id}"
