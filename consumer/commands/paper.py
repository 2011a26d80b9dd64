"""What tables are printed on: a terminal as wide as it is, or a page wide enough to keep values whole."""

from __future__ import annotations

import os
import sys

from rich.console import Console

PAGE_COLUMNS = 160


def console() -> Console:
    """Standard output; in a pipe or a file as wide as ``COLUMNS`` says, else `PAGE_COLUMNS`."""
    is_free = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if is_free else PAGE_COLUMNS)
