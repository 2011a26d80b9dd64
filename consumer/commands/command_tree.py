"""The commands as typer builds them, with flags shown as flags: ``--go``, not ``--go <bool>``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption


def built(app: typer.Typer) -> Callable[..., Any]:
    """The command of an application, ready to be called with its arguments."""
    root = typer.main.get_command(app)
    for command in _commands(root):
        for parameter in command.get_params(typer.Context(command)):
            # typer names the type of every option that has no name for its value.
            if isinstance(parameter, TyperOption) and parameter.is_flag and parameter.metavar is None:
                parameter.metavar = ""
    return root


def _commands(command: object) -> Iterator[TyperCommand | TyperGroup]:
    if isinstance(command, TyperCommand | TyperGroup):
        yield command
    if isinstance(command, TyperGroup):
        for inner in command.commands.values():
            yield from _commands(inner)
