"""
The offset map: the settled offsets above a committed one, as text for the commit's metadata.

``"1." + base64url(body)`` without padding; ``body = kind:u8 · varint(base) · varint(span) · payload``, with
varints in LEB128. Bit *i* says whether ``base + i`` is settled; bit 0 never is and the last one always is, so
``span`` is the highest settled offset less the base, plus 1, or 0 when nothing above the base is settled.
Kind 1 holds run lengths, open and settled in turns, open first; kind 2 a bitmap, least significant bit first.
The shorter is written, kind 1 of equals. Test vectors: ``schemas/vectors/offset_map.json``.

The base repeats the committed offset, because metadata may be copied to a translated or manually set offset:
MirrorMaker 2 writes a checkpoint of the translated offset with unchanged metadata (apache/kafka
``Checkpoint.java``). Applied to another offset, such a map would skip records that are not written.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

MAX_SPAN = 16_384
"""No record this far above the base is started, so every map fits into Kafka's 4 096 bytes (2 750)."""

PREFIX = "1."
RUN_LENGTHS, BITMAP = 1, 2

Reason = Literal["version", "encoding", "kind", "length", "span", "base"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetMap:
    """
    The offsets from `base` to before `end` of which `open` are not settled.

    Attributes:
        open: in rising order; begins at `base`, and is empty only for an empty map (`end` is `base`).
    """

    base: int
    end: int
    open: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A map that must be ignored: all offsets from the committed one on count as open."""

    reason: Reason


class _MalformedError(ValueError):
    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason)


def encode(known: OffsetMap) -> str:
    """The metadata of a commit at `known.base`."""
    span = known.end - known.base
    places = [offset - known.base for offset in known.open if offset < known.end]
    kind, payload = min(
        (RUN_LENGTHS, run_lengths(places, span)),
        (BITMAP, bitmap(places, span)),
        key=lambda each: len(each[1]),
    )
    body = bytes((kind,)) + _varint(known.base) + _varint(span) + payload
    return PREFIX + base64.urlsafe_b64encode(body).rstrip(b"=").decode("ascii")


def decode(metadata: str, committed: int) -> OffsetMap | Unusable:
    """Read the metadata of a commit at offset `committed`; never raises. No metadata is an empty map."""
    if not metadata:
        return OffsetMap(base=committed, end=committed)
    try:
        return _decode(metadata, committed)
    except _MalformedError as malformed:
        return Unusable(reason=malformed.reason)


def run_lengths(open_places: Sequence[int], span: int) -> bytes:
    """The payload of kind 1, from the places of open offsets within the span."""
    return b"".join(map(_varint, _runs(open_places, span)))


def bitmap(open_places: Iterable[int], span: int) -> bytes:
    """The payload of kind 2, from the places of open offsets within the span."""
    bits = bytearray(b"\xff") * (span // 8)
    if span % 8:
        bits.append((1 << span % 8) - 1)
    for place in open_places:
        bits[place // 8] &= ~(1 << place % 8)
    return bytes(bits)


def _runs(open_places: Sequence[int], span: int) -> Iterator[int]:
    if not span:
        return
    # A run ends where the next place is not the following offset.
    length = 0
    for place, following in pairwise([*open_places, span]):
        length += 1
        if following != place + 1:
            yield length
            yield following - place - 1
            length = 0


def _decode(metadata: str, committed: int) -> OffsetMap:
    body = _body(metadata)
    kind, at = body[0], 1
    base, at = _read_varint(body, at)
    span, at = _read_varint(body, at)
    if base != committed:
        raise _MalformedError("base")
    if span > MAX_SPAN:
        raise _MalformedError("span")
    places = _open_places(kind, body[at:], span)
    if span and (not places or places[0] != 0 or places[-1] == span - 1):
        raise _MalformedError("span")
    return OffsetMap(base=base, end=base + span, open=tuple(base + place for place in places))


def _body(metadata: str) -> bytes:
    if not metadata.startswith(PREFIX):
        raise _MalformedError("version")
    text = metadata[len(PREFIX) :]
    try:
        body = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _MalformedError("encoding") from None
    if not body:
        raise _MalformedError("length")
    return body


def _open_places(kind: int, payload: bytes, span: int) -> list[int]:
    match kind:
        case 1:
            return _of_run_lengths(payload, span)
        case 2:
            return _of_bitmap(payload, span)
        case _:
            raise _MalformedError("kind")


def _of_run_lengths(payload: bytes, span: int) -> list[int]:
    places: list[int] = []
    at, place, is_open = 0, 0, True
    while at < len(payload):
        length, at = _read_varint(payload, at)
        if not length or length > span - place:
            raise _MalformedError("length")
        if is_open:
            places.extend(range(place, place + length))
        place, is_open = place + length, not is_open
    if place != span:
        raise _MalformedError("length")
    return places


def _of_bitmap(payload: bytes, span: int) -> list[int]:
    if len(payload) != (span + 7) // 8 or (span % 8 and payload[-1] >> span % 8):
        raise _MalformedError("length")
    return [place for place in range(span) if not payload[place // 8] >> place % 8 & 1]


def open_before(known: OffsetMap, begin: int) -> int:
    """The number of unsettled offsets below `begin`; those beyond the map are unsettled."""
    return sum(offset < begin for offset in known.open) + max(0, begin - known.end)


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _read_varint(body: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(body) and shift < 64:
        number |= (body[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not body[at - 1] & 0x80:
            return number, at
    raise _MalformedError("length")
