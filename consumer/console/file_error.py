"""What is wrong with the file of the tables, and what to do: every row is on Kafka, so nothing is lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from consumer.config.settings import env_name
from consumer.errors import StartupError

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_SETTING = env_name("console_state")
ANOTHER_PLACE = f"name another place in {_SETTING}"
_SENTENCES = {
    "SQLITE_FULL": f"the disk is full; free space there, or {ANOTHER_PLACE}",
    "SQLITE_READONLY": f"it cannot be written; check its owner and the volume, or {ANOTHER_PLACE}",
    "SQLITE_CANTOPEN": f"it cannot be opened; check its folder and owner, or {ANOTHER_PLACE}",
    "SQLITE_IOERR": f"the disk fails; look at the volume, or {ANOTHER_PLACE}",
    "SQLITE_BUSY": f"another process holds it; each console needs a file of its own in {_SETTING}",
    "SQLITE_CORRUPT": "it is damaged; delete it, and it is read from Kafka anew",
    "SQLITE_NOTADB": f"it is no file of the console; delete it, or {ANOTHER_PLACE}",
}


class FileError(StartupError):
    """The file cannot be used now; the message is a sentence that says what to do."""


class FileDamagedError(FileError):
    """Its content is damaged: it has to be made anew."""


def is_of_file(error: BaseException) -> bool:
    """Whether an error is about the file, and not about the row that was to be written."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError


def of(error: sqlite3.Error, file: Path) -> FileError:
    """The error as a sentence."""
    name = getattr(error, "sqlite_errorname", "")
    known = next((sentence for begin, sentence in _SENTENCES.items() if name.startswith(begin)), "")
    kind = FileDamagedError if name.startswith(_DAMAGED) else FileError
    return kind(f"{file}: {known or f'SQLite says: {error}'}")
