"""Files with Lago events: one event, a JSON array of them, or one a line."""

from __future__ import annotations

import codecs
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from consumer.commands import console_output
from consumer.config import bounded_file
from consumer.config.bounded_file import EVENT_LIMIT_BYTES
from consumer.errors import ConfigurationError

STANDARD_INPUT = Path("-")
_SEPARATOR = re.compile(r"[, \t\r\n]*")


def of(file: Path) -> list[bytes]:
    """
    The events of a file, ``-`` is standard input; that there is none is said on standard error.

    An empty file is one event that cannot be decoded, as an empty record on Kafka is.

    Raises:
        ConfigurationError: the file cannot be read, or is too large to be one of events.
    """
    content = _content(file)
    found = list(events(content))
    if not found or not content.strip():
        console_output.complain(f"{_name(file)}: contains no event")
    return found


def stream(file: Path) -> Iterator[bytes]:
    """
    The events of a file as `of`, one after the other; a file with one event a line may be of any size.

    Raises:
        ConfigurationError: the file cannot be read, or is too large and not one event a line.
    """
    try:
        with _opened(file) as content:
            yield from _streamed(content, _name(file))
    except OSError as error:
        raise _unreadable(file, error) from error


def _streamed(content: BinaryIO, name: str) -> Iterator[bytes]:
    first = content.readline(EVENT_LIMIT_BYTES)
    second = content.readline(EVENT_LIMIT_BYTES) if _is_whole(first) else b""
    if not second.strip():
        rest = bounded_file.read_stream(content, EVENT_LIMIT_BYTES, name=name)
        found = list(events(first + second + rest))
        if not found or not (first + second + rest).strip():
            console_output.complain(f"{name}: contains no event")
        yield from found
        return
    yield from (first.removeprefix(codecs.BOM_UTF8), second)
    while line := content.readline(EVENT_LIMIT_BYTES):
        if line.strip():
            yield line


def _is_whole(line: bytes) -> bool:
    text = line.removeprefix(codecs.BOM_UTF8).strip()
    return text.startswith(b"{") and text.endswith(b"}")


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if file == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with bounded_file.opened(file) as found:
        yield found


def _unreadable(file: Path, error: OSError) -> ConfigurationError:
    reason = error.strerror or error
    return ConfigurationError([f"{_name(file)}: {reason}; name a file with Lago events"])


def _name(file: Path) -> str:
    return "standard input" if file == STANDARD_INPUT else str(file)


def _content(file: Path) -> bytes:
    try:
        if file == STANDARD_INPUT:
            return bounded_file.read_stream(sys.stdin.buffer, EVENT_LIMIT_BYTES, name=_name(file))
        return bounded_file.read_bytes(file, EVENT_LIMIT_BYTES)
    except OSError as error:
        raise _unreadable(file, error) from error


def events(content: bytes) -> Iterator[bytes]:
    """The events of a file, each as the bytes it would have on Kafka; what is no JSON is one event."""
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode()
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        yield from _lines_or_whole(content)
        return
    yield from _elements(text) if isinstance(parsed, list) else [content.strip()]


def _elements(array: str) -> Iterator[bytes]:
    """The elements of a JSON array as they are written there."""
    decoder = json.JSONDecoder()
    at, end = _after_separator(array, array.index("[") + 1), array.rindex("]")
    while at < end:
        _, after = decoder.raw_decode(array, at)
        yield array[at:after].encode()
        at = _after_separator(array, after)


def _after_separator(text: str, at: int) -> int:
    found = _SEPARATOR.match(text, at)
    return found.end() if found else at


def _lines_or_whole(content: bytes) -> Iterator[bytes]:
    lines = [each for each in content.splitlines() if each.strip()]
    is_several = len(lines) > 1 and lines[0].lstrip().startswith(b"{") and lines[0].rstrip().endswith(b"}")
    yield from lines if is_several else [content]
