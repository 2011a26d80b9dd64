"""The commands as typer builds them, with flags shown as flags: ``--go``, not ``--go <bool>``."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.models import CommandInfo, TyperInfo


def needed(app: typer.Typer, arguments: Sequence[str]) -> typer.Typer:
    """The part of an application that the arguments name; all of it where they name no command."""
    name = arguments[0] if arguments else ""
    part = copy.copy(app)
    part.registered_commands = [each for each in app.registered_commands if _name(each) == name]
    part.registered_groups = [each for each in app.registered_groups if name in _names(each)]
    return part if part.registered_commands or part.registered_groups else app


def _name(command: CommandInfo) -> str | None:
    callback = command.callback
    return command.name or (callback and typer.main.get_command_name(callback.__name__))


def _names(group: TyperInfo) -> list[str | None]:
    """A group's own name, or those of its commands, which without it are the application's."""
    if isinstance(group.name, str):
        return [group.name]
    return [_name(each) for each in group.typer_instance.registered_commands] if group.typer_instance else []


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
