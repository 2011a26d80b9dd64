"""The settings and connections of this process, as every command reads them."""

from __future__ import annotations

from consumer.commands import console_output
from consumer.config import connection_secrets, connections_file
from consumer.config.connection import Connection
from consumer.config.settings import Settings


def load() -> tuple[Settings, tuple[Connection, ...]]:
    """
    Settings and connections; what works but should be changed is said on standard error.

    Raises:
        ConfigurationError: one sentence for each error.
    """
    settings = Settings.load()
    connections = connections_file.load(settings.connections_file)
    for warning in connection_secrets.of_working_directory(connections):
        console_output.complain(f"warning: {warning}")
    return settings, connections
