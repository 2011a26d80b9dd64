"""Files that only their owner may read and write (mode 0600), independent of the umask."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TextIO

OWNER_ONLY = 0o600


def create(file: Path) -> None:
    """Create the file if it does not exist; an existing one keeps its mode and content. Raises OSError."""
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, OWNER_ONLY))


def opened(file: Path) -> TextIO:
    """Open the file for writing text, new or truncated; raises OSError."""
    return open(file, "w", encoding="utf-8", opener=_opener)


def write(file: Path, text: str) -> None:
    """Replace the content of the file; raises OSError."""
    with opened(file) as target:
        target.write(text)


def _opener(name: str, flags: int) -> int:
    made = os.open(name, flags, OWNER_ONLY)
    found = os.fstat(made)
    if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid():  # a terminal keeps its mode
        os.fchmod(made, OWNER_ONLY)
    return made
