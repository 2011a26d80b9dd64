"""The command line, called in this process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog

from consumer import cli


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    """Exit code, standard output and standard error of a command."""
    with logs_as_before(), pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


@contextmanager
def logs_as_before() -> Iterator[None]:
    """What a command chooses to log is its own, not that of the tests after it."""
    root, libraries = logging.getLogger(), logging.getLogger("aiokafka")
    handlers, levels = root.handlers[:], (root.level, libraries.level)
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        libraries.setLevel(levels[1])
        structlog.reset_defaults()
