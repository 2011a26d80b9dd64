"""The command line, called in this process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import pytest
import structlog
import typer
from typer.core import TyperGroup

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


def unknown_words(app: typer.Typer, words: list[str]) -> list[str]:
    """Commands and options among the words that this program does not have."""
    command: Any = typer.main.get_command(app)
    while isinstance(command, click.Group | TyperGroup) and words and not words[0].startswith("-"):
        found = command.commands.get(words[0])
        if found is None:
            return words[:1]
        command, words = found, words[1:]
    known = {option for parameter in command.params for option in parameter.opts}
    return [word for word in words if word.startswith("--") and word.partition("=")[0] not in known]
