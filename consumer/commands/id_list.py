"""Ids from the command line, where ``-`` stands for those on standard input, one a line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from consumer.config import bounded_file
from consumer.errors import ConfigurationError

STANDARD_INPUT = "-"
LIMIT_BYTES = 8 * 1024 * 1024
DONE = 0


def of(ids: Sequence[str] | None) -> list[str] | None:
    """
    The ids, each once; None for none given. It is the callback of options and arguments.

    Without any on standard input there is nothing to do: that is said, and the command ends.

    Raises:
        ConfigurationError: standard input cannot be read, or is larger than `LIMIT_BYTES`.
        Exit: standard input has no id.
    """
    if ids is None or STANDARD_INPUT not in ids:
        return None if ids is None else list(dict.fromkeys(ids))
    found = list(dict.fromkeys(each for one in ids for each in (_read() if one == STANDARD_INPUT else [one])))
    if not found:
        typer.echo("standard input: contains no id", err=True)
        raise typer.Exit(DONE)
    return found


def _read() -> list[str]:
    try:
        content = bounded_file.read_stream(sys.stdin.buffer, LIMIT_BYTES, name="standard input")
    except OSError as error:
        raise ConfigurationError([f"standard input: {error.strerror or error}"]) from error
    lines = content.decode("utf-8-sig", "backslashreplace").splitlines()
    return [line.strip() for line in lines if line.strip()]
