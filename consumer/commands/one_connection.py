"""The connection of a command that works on exactly one."""

from __future__ import annotations

from collections.abc import Sequence

from consumer.config.connection import Connection
from consumer.errors import ConfigurationError


def the_one(connections: Sequence[Connection]) -> Connection:
    """
    The only connection.

    Raises:
        ConfigurationError: there are several; the message has their codes.
    """
    if len(connections) != 1:
        codes = ", ".join(connection.code for connection in connections)
        raise ConfigurationError([f"--connection: which account? name one of {codes}"])
    return connections[0]
