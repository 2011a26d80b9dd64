"""``console`` on the command line."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

import typer

app = typer.Typer()


@app.command()
def console() -> None:
    """Serve the operator's pages on LAGO_NETSUITE_CONSOLE_PORT: are the books right, and what to do."""
    from consumer.commands import console as command
    from consumer.config import connections_file
    from consumer.config.settings import Settings
    from consumer.ops import logging

    settings = Settings.load()
    connections = connections_file.load(settings.connections_file)
    logging.configure(level=settings.log_level, form=settings.log_format)
    command.main(settings, connections)
