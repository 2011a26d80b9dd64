"""The connection that a command is about, where it can be about one only."""

from __future__ import annotations

from collections.abc import Sequence

from consumer.config.connection import Connection
from consumer.errors import ConfigurationError


def the_one(connections: Sequence[Connection]) -> Connection:
    """
    The only one.

    Raises:
        ConfigurationError: there are several; all are named.
    """
    if len(connections) != 1:
        codes = ", ".join(connection.code for connection in connections)
        raise ConfigurationError([f"--connection: which account? name one of {codes}"])
    return connections[0]
