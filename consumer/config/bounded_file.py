"""Read a whole file of the user's, with a limit on its size."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE
SECRET_LIMIT_BYTES = 64 * KIBIBYTE
CONFIGURATION_LIMIT_BYTES = 4 * MEBIBYTE
EVENT_LIMIT_BYTES = 64 * MEBIBYTE


def read_bytes(path: Path, limit_bytes: int) -> bytes:
    """
    The content of a file or of a named pipe.

    Raises:
        OSError: it cannot be read, or is larger than the limit; `strerror` has the reason.
    """
    with opened(path) as file:
        return read_stream(file, limit_bytes, name=str(path))


def opened(path: Path) -> BinaryIO:
    """A file or a named pipe, open for reading; the reader limits what it reads. Raises OSError."""
    return open(path, "rb", opener=_unwaiting)


def _unwaiting(name: str, flags: int) -> int:
    # O_NONBLOCK: a named pipe without a writer reads as empty; a blocking open would never return.
    handle = os.open(name, flags | os.O_NONBLOCK)
    os.set_blocking(handle, True)
    return handle


def read_text(path: Path, limit_bytes: int) -> str:
    """
    The content of a file as UTF-8 text.

    Raises:
        OSError: it cannot be read, or is larger than the limit; `strerror` has the reason.
        UnicodeDecodeError: it is not UTF-8.
    """
    return read_bytes(path, limit_bytes).decode()


def read_stream(stream: BinaryIO, limit_bytes: int, *, name: str) -> bytes:
    """
    The content of a stream, `limit_bytes` at most.

    Raises:
        OSError: it is longer, with EFBIG and `name`.
    """
    content = stream.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {limit_bytes // KIBIBYTE} KiB", name)
    return content
