"""``adopt`` on the command line: its options."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from typing import Annotated

import typer

from consumer.commands import document_filters as filters

app = typer.Typer()


@app.command()
def adopt(
    *,
    connection: filters.Connection = None,
    since: filters.Since = None,
    until: filters.Until = None,
    customer: filters.Customers = None,
    go: Annotated[bool, typer.Option("--go", help="Set the ids; without it only a list.")] = False,
    actor: filters.Actor = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Put our ids on documents in NetSuite that another integration wrote, so that none is written twice."""
    import asyncio

    from consumer.commands import adopt as command
    from consumer.commands import audit_trail, day_option, one_connection
    from consumer.commands.lago_documents import Scope
    from consumer.config import connections_file
    from consumer.config.settings import Settings

    settings = Settings.load()
    connections = connections_file.load(settings.connections_file)
    chosen = connections_file.chosen(connections, [connection] if connection else [])
    begins, ends = day_option.window(since, until)
    wish = command.Wish(
        connection=one_connection.the_one(chosen),
        connections=connections,
        scope=Scope(since=begins, until=ends, customers=tuple(customer or ())),
        actor=audit_trail.actor(actor),
        go=go,
        as_json=as_json,
    )
    raise typer.Exit(asyncio.run(command.run(settings, wish)))
