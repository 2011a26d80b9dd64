"""The SQLite file of the console: what the topics say, so that it can be deleted and read anew."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consumer.config import private_file
from consumer.console import file_error
from consumer.console.file_error import FileError

TABLES = (Path(__file__).parent / "tables.sql").read_text(encoding="utf-8")
VERSION = int.from_bytes(hashlib.sha256(TABLES.encode()).digest()[:3], "big")
"""Of the tables: a file with another one is emptied and read anew."""
_TOUCHED = (Path(__file__).parent / "touched.sql").read_text(encoding="utf-8")
BUSY_LIMIT_S = 5.0
CACHE_KIB = 65_536
CHECKPOINT_PAGES = 10_000
"""Of 4 KiB: many changes of one page reach the file once, while a large backlog is read."""
READER_CACHE_KIB = 16_384


def writer(file: Path) -> sqlite3.Connection:
    """
    The one connection that writes, with the tables of this version.

    Raises:
        FileError: the file cannot be used, or another process writes to it.
    """
    try:
        private_file.create(file)
        found = _opened(file)
        if _version(found) not in {0, VERSION}:
            found.close()
            delete(file)
            private_file.create(file)
            found = _opened(file)
        found.executescript(
            f"PRAGMA journal_mode = WAL; PRAGMA cache_size = -{CACHE_KIB};"
            f" PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};"
        )
        if _version(found) == 0:
            found.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        found.executescript(_TOUCHED)
    except sqlite3.Error as error:
        raise file_error.of(error, file) from error
    except OSError as error:
        raise _refused(file, error) from error
    return found


def reader(file: Path) -> sqlite3.Connection:
    """
    A connection that only reads; each sees one state of the tables within a transaction.

    Raises:
        FileError: the file cannot be read.
    """
    try:
        found = _opened(file)
        found.executescript(f"PRAGMA query_only = ON; PRAGMA cache_size = -{READER_CACHE_KIB};")
    except sqlite3.Error as error:
        raise file_error.of(error, file) from error
    return found


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is written inside."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk has ended the transaction already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """One state of all tables for several reads."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _opened(file: Path) -> sqlite3.Connection:
    # Not made here: a file that was deleted must not come back empty, and readable by everybody.
    found = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_LIMIT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    found.row_factory = sqlite3.Row
    # What is lost with the machine is read from Kafka again.
    found.executescript("PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;")
    return found


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def delete(file: Path) -> None:
    """
    Delete the tables, which are read anew by the next `writer`.

    Raises:
        FileError: they cannot be deleted.
    """
    try:
        for each in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
            each.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(file, error) from error


def _refused(file: Path, error: OSError) -> FileError:
    said = error.strerror or str(error)
    return FileError(
        f"{file}: the console cannot keep what it reads there: {said}; {file_error.ANOTHER_PLACE}"
    )
