"""What commands print can be written, whatever the encoding of the locale."""

from __future__ import annotations

import sys
from io import TextIOWrapper


def settle() -> None:
    """
    Choose how standard output is written where it is not UTF-8.

    A terminal keeps its encoding and gets escapes for what it cannot show. A file or a pipe gets UTF-8:
    JSON and CSV are read by programs, and an escape would be another text to them.
    """
    out = sys.stdout
    if not isinstance(out, TextIOWrapper) or out.encoding.lower().replace("-", "") == "utf8":
        return
    if out.isatty():
        out.reconfigure(errors="backslashreplace")
    else:
        out.reconfigure(encoding="utf-8")
