"""The file of the connections as it is now, for reading only: nothing of the console writes it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from consumer.config import bounded_file, connections_text, masked_text
from consumer.config.bounded_file import KIBIBYTE
from consumer.config.connection import Connection
from consumer.config.masked_text import MaskedText
from consumer.config.yaml_source import Problem

LIMIT_BYTES = 256 * KIBIBYTE
"""Of a text that the console takes: a parser takes some seconds for it. The commands take larger files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """
    A file that can be worked on.

    Attributes:
        raw: its text with its secrets, which no page shows.
        masked: the same without them.
        connections: read from the masked text, with its lines; none where it has problems.
        digest: of the text, by which a page knows whether it is still the same.
    """

    name: str
    folder: Path
    raw: str
    masked: MaskedText
    connections: Sequence[Connection]
    problems: Sequence[Problem]
    digest: str

    @property
    def has_secrets(self) -> bool:
        """Whether secrets stand in it, so that only a text that was made from it has the right ones."""
        return bool(self.masked.secrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A file that cannot be worked on here, and why."""

    name: str
    reason: str


class ConfigurationFile:
    """Reads the file when it is asked for, and takes it apart only when it has changed."""

    def __init__(self, path: Path) -> None:
        """Take the path of the file; it is not read yet."""
        self._path = path
        self._known: Current | Unusable | None = None
        self._content: bytes = b""
        self._one_at_a_time = threading.Lock()

    def current(self) -> Current | Unusable:
        """The file as it is now; it takes time, so it is called in a thread."""
        with self._one_at_a_time:
            try:
                content = bounded_file.read_bytes(self._path, LIMIT_BYTES)
            except OSError as error:
                return Unusable(name=self._path.name, reason=_unreadable(error))
            if self._known is None or content != self._content:
                self._known, self._content = _opened(self._path, content), content
            return self._known


def _unreadable(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "it is not there"
    return str(error.strerror)


def _opened(path: Path, content: bytes) -> Current | Unusable:
    try:
        raw = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Unusable(name=path.name, reason=f"line {line} is not UTF-8 text")
    masked = masked_text.of(raw)
    if isinstance(masked, Problem):
        return Unusable(name=path.name, reason=f"line {masked.line} {masked.message}")
    read = connections_text.read(masked.text, path.name, path.parent)
    return Current(
        name=path.name,
        folder=path.parent,
        raw=raw,
        masked=masked,
        connections=read.connections,
        problems=read.problems,
        digest=hashlib.sha256(content).hexdigest()[:16],
    )
