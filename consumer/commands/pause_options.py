"""``pause`` and ``resume`` on the command line."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from typing import Annotated

import typer

from consumer.commands import document_filters as filters

app = typer.Typer()

Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, for the audit record and for whoever looks.")]


@app.command()
def pause(*, reason: Reason, connection: filters.Connection = None, actor: filters.Actor = None) -> None:
    """Stop the calls of a connection within seconds: its events wait in their order until `resume`."""
    _run(connection, reason, actor)


@app.command()
def resume(*, reason: Reason, connection: filters.Connection = None, actor: filters.Actor = None) -> None:
    """Let a paused connection go on where it has stopped."""
    _run(connection, reason, actor, undo=True)


def _run(connection: str | None, reason: str, actor: str | None, *, undo: bool = False) -> None:
    import asyncio

    from consumer.commands import audit_trail, configuration, one_connection
    from consumer.commands import connection_pause as command
    from consumer.config import connections_file
    from consumer.errors import ConfigurationError

    if not reason.strip():
        raise ConfigurationError(["--reason needs a text: it is all that a later reader of the audit has"])
    settings, connections = configuration.load()
    own = one_connection.the_one(connections_file.chosen(connections, [connection] if connection else []))
    wish = command.Wish(connection=own.code, actor=audit_trail.actor(actor), reason=reason, undo=undo)
    raise typer.Exit(asyncio.run(command.run(settings, wish)))
