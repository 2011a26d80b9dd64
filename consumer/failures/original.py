"""The event that failed, for its replay: as its topic has it, or as the error event carries it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from consumer.events import replayed_failure
from consumer.events.replayed_failure import ReplayedFailure
from consumer.failures.failure import Failure
from consumer.record import Record
from schemas import wire

REPLAY_OF = "replay-of"
REPLAY_ATTEMPT = "replay-attempt"

_OF_REPLAYS = frozenset({REPLAY_OF, REPLAY_ATTEMPT, replayed_failure.HEADER})
_MEMBER = '"original":'


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """
    One event to replay.

    Attributes:
        is_embedded: it is taken from the error event, because its topic no longer has it.
    """

    failure: Failure
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    is_embedded: bool = False

    def headers_of_replay(self, attempt: int, failures: Sequence[Failure]) -> tuple[tuple[str, bytes], ...]:
        """Its own headers, and those of its origin: the failures of the record; `attempt` counts from 1."""
        own = tuple((name, value) for name, value in self.headers if name not in _OF_REPLAYS)
        replay = ((REPLAY_OF, self.failure.id.encode()), (REPLAY_ATTEMPT, str(attempt).encode()))
        return (*own, *replay, replayed_failure.header_of(map(_replayed, failures)))


def _replayed(failure: Failure) -> ReplayedFailure:
    return ReplayedFailure(
        connection=failure.connection,
        id=failure.id[: replayed_failure.MAX_ID_CHARS],
        first_failed_at=failure.first_failed_at[: replayed_failure.MAX_TIME_CHARS],
        attempts=max(failure.attempts, 0),
    )


def from_topic(failure: Failure, record: Record) -> Original:
    """The record that is published."""
    return Original(failure=failure, key=record.key, value=record.value, headers=record.headers)


def from_error(failure: Failure, value: bytes) -> Original | None:
    """What an error event carries of it; None when that was too large to be carried."""
    found = _embedded(value)
    if found is None:
        return None
    key = failure.source_key.encode() if failure.source_key is not None else None
    return Original(failure=failure, key=key, value=found, is_embedded=True)


def _embedded(value: bytes) -> bytes | None:
    text = value.decode("utf-8", "replace")
    try:
        carried = wire.loads(text)["original"]
    except (ValueError, KeyError, TypeError):
        return None
    match carried:
        case {"base64": str(encoded)} if len(carried) == 1:
            return _decoded(encoded)
        case {"omitted_bytes": _} if len(carried) == 1:
            return None
        case dict():
            return _as_written(text, carried)
        case _:
            return None


def _decoded(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return None


def _as_written(text: str, carried: dict[str, Any]) -> bytes | None:
    """The span of the member's text, cut from the JSON so that numbers keep their digits."""
    decoder, at = json.JSONDecoder(), text.find(_MEMBER)
    while at >= 0:
        begin = at + len(_MEMBER)
        begin += len(text[begin:]) - len(text[begin:].lstrip())
        try:
            _, end = decoder.raw_decode(text, begin)
        except ValueError:
            end = begin
        if end > begin and wire.loads(text[begin:end]) == carried:
            return text[begin:end].encode()
        at = text.find(_MEMBER, begin)
    return None
