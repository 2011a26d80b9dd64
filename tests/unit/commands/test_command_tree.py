"""Only the command that is run is built: all of them take longer than a tenth of a start."""

import pytest

from consumer import cli
from consumer.commands import command_tree

ALL = command_tree.built(cli.app).commands


@pytest.mark.parametrize("name", ALL)
def test_a_command_that_is_built_alone_is_as_among_all_others(name):
    """Its parameters, its help, and those of its own commands."""
    alone = command_tree.built(command_tree.needed(cli.app, [name, "--help"])).commands
    assert shape(alone[name]) == shape(ALL[name])
    assert len(alone) < len(ALL)


@pytest.mark.parametrize("arguments", [[], ["--help"], ["no-such-command"], ["--version", "worker"]])
def test_all_commands_are_known_where_none_is_named(arguments):
    """The help lists them, and a wrong name is compared with them."""
    assert command_tree.needed(cli.app, arguments) is cli.app


def shape(command):
    """What a person sees of it."""
    inner = {name: shape(each) for name, each in getattr(command, "commands", {}).items()}
    return command.name, command.help, [(each.name, each.opts) for each in command.params], inner
