"""``backfill`` on the command line: its options."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from typing import Annotated

import typer

from consumer.commands import document_filters as filters
from consumer.commands import object_kinds
from consumer.commands.object_kinds import Kinds

app = typer.Typer()


@app.command()
def backfill(
    *,
    connection: filters.Connection = None,
    since: filters.Since = None,
    until: filters.Until = None,
    customer: filters.Customers = None,
    objects: Kinds = None,
    go: Annotated[bool, typer.Option("--go", help="Send; without it only a plan is shown.")] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew, though a run was interrupted.")
    ] = False,
    rate: Annotated[
        float | None, typer.Option(metavar="EVENTS", min=0.1, help="Events a second, at most.")
    ] = None,
    actor: filters.Actor = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    progress: filters.Progress = False,
) -> None:
    """Put documents that Lago has on the topics again: a plan first, sent with --go, safe to repeat."""
    import asyncio

    from consumer.commands import audit_trail, day_option, job_progress, one_connection
    from consumer.commands import backfill as command
    from consumer.commands.lago_documents import Scope
    from consumer.config import connections_file
    from consumer.config.settings import Settings

    kinds = object_kinds.chosen(objects)
    begins, ends = day_option.window(since, until)
    settings = Settings.load()
    connections = connections_file.load(settings.connections_file)
    wish = command.Wish(
        connection=one_connection.the_one(
            connections_file.chosen(connections, [connection] if connection else [])
        ),
        connections=connections,
        kinds=kinds,
        scope=Scope(since=begins, until=ends, customers=tuple(customer or ())),
        actor=audit_trail.actor(actor),
        go=go,
        restart=restart,
        rate_per_s=rate,
        as_json=as_json,
        progress=job_progress.watched(is_on=progress),
    )
    raise typer.Exit(asyncio.run(command.run(settings, wish)))
