"""A result as rows need it, read by msgspec: of a rebuild pydantic's models take a third of the time."""

from __future__ import annotations

import msgspec
from pydantic import ValidationError

from schemas.result import Result


class ReadSource(msgspec.Struct, frozen=True, gc=False):
    """As `schemas.result.SourceRef`."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: str | None = None

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


class ReadTimings(msgspec.Struct, frozen=True, gc=False):
    """As `schemas.result.Timings`."""

    latency_ms: float
    call_ms: float


class ReadResult(msgspec.Struct, frozen=True, gc=False):
    """As `schemas.result.Result`, with the same members, which a test compares."""

    connection: str
    object: str
    lago_id: str
    event: str
    status: str
    netsuite_type: str
    internal_id: str
    external_id: str
    mapping_version: str
    attempts: int
    written_at: str
    timings: ReadTimings
    source: ReadSource
    lago_number: str | None = None
    netsuite_number: str | None = None
    url: str = ""
    currency: str | None = None
    totals: dict[str, str] = {}
    warnings: tuple[str, ...] = ()
    action_needed: str | None = None
    action_amount: str | None = None
    trace_id: str | None = None


_decode = msgspec.json.Decoder(ReadResult).decode


def read(value: bytes | None) -> ReadResult | None:
    """The result in a record's value; None when `Result` would not take it."""
    try:
        return _decode(value or b"")
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _read_leniently(value or b"")


def _read_leniently(value: bytes) -> ReadResult | None:
    """`Result` decides, which takes some texts for numbers, for one."""
    try:
        return msgspec.convert(Result.model_validate_json(value).model_dump(), ReadResult)
    except (ValidationError, msgspec.MsgspecError):
        return None
