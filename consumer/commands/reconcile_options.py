"""``reconcile`` on the command line: its options."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consumer.commands import document_filters as filters
from consumer.commands import id_list

app = typer.Typer()


@app.callback(invoke_without_command=True)
def reconcile(
    context: typer.Context,
    *,
    connection: filters.Connection = None,
    since: filters.Since = None,
    until: filters.Until = None,
    customer: filters.Customers = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the differences into this folder, too.")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Send what is missing again; with --go, else only counted.")
    ] = False,
    restore_deleted: Annotated[
        bool, typer.Option("--restore-deleted", help="With --repair: also what was deleted in NetSuite.")
    ] = False,
    go: Annotated[bool, typer.Option("--go", help="With --repair: send.")] = False,
    lines: Annotated[
        bool, typer.Option("--lines/--no-lines", help="In shadow: compare the lines of documents, too.")
    ] = True,
    actor: filters.Actor = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    progress: filters.Progress = False,
) -> None:
    """Compare Lago's documents with NetSuite's, record by record; exit code 1 when any does not agree."""
    if context.invoked_subcommand is not None:
        return
    import asyncio

    from consumer.commands import audit_trail, day_option, job_progress, one_connection
    from consumer.commands import reconcile as command
    from consumer.commands.lago_documents import Scope
    from consumer.config import connections_file
    from consumer.config.settings import Settings

    settings = Settings.load()
    connections = connections_file.load(settings.connections_file)
    chosen = connections_file.chosen(connections, [connection] if connection else [])
    begins, ends = day_option.window(since, until)
    scope = Scope(since=begins, until=ends, customers=tuple(customer or ()))
    wish = command.Wish(
        connection=one_connection.the_one(chosen),
        connections=connections,
        scope=scope,
        actor=audit_trail.actor(actor),
        repair=repair,
        restore_deleted=restore_deleted,
        go=go,
        has_lines=lines,
        csv=csv,
        as_json=as_json,
        progress=job_progress.watched(is_on=progress),
    )
    raise typer.Exit(asyncio.run(command.run(settings, wish)))


@app.command("accept")
def accept(
    keys: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY",
            help="Of a difference, as reconcile shows it; several are possible; - is standard input.",
            callback=id_list.of,
        ),
    ],
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it may stay, for audit and reports.")],
    connection: filters.Connection = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back: the difference counts again.")] = False,
    actor: filters.Actor = None,
    go: Annotated[bool, typer.Option("--go", help="Do it; without, only say what would be done.")] = False,
) -> None:
    """Accept differences, which then count no longer while both values stay; who and why goes on record."""
    import asyncio

    from consumer.commands import audit_trail, one_connection
    from consumer.commands import difference_acceptance as command
    from consumer.config import connections_file
    from consumer.config.settings import Settings
    from consumer.errors import ConfigurationError

    if not reason.strip():
        raise ConfigurationError(["--reason needs a text: it is all that a later reader of the audit has"])
    settings = Settings.load()
    connections = connections_file.load(settings.connections_file)
    chosen = connections_file.chosen(connections, [connection] if connection else [])
    wish = command.Wish(
        connection=one_connection.the_one(chosen).code,
        keys=keys,
        reason=reason,
        actor=audit_trail.actor(actor),
        undo=undo,
        go=go,
    )
    raise typer.Exit(asyncio.run(command.run(settings, wish)))


@app.command("sign-off")
def sign_off(
    *,
    month: Annotated[str, typer.Option(metavar="MONTH", help="The month, like 2026-10.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Who has checked what, for the audit.")],
    connection: filters.Connection = None,
    with_differences: Annotated[
        bool, typer.Option("--with-differences", help="Although the books do not agree.")
    ] = False,
    actor: filters.Actor = None,
    go: Annotated[bool, typer.Option("--go", help="Do it; without, only say what would be signed.")] = False,
) -> None:
    """Sign a month off by its latest comparison: who, when and why goes on the audit record."""
    import asyncio
    from zoneinfo import ZoneInfo

    from consumer.commands import audit_trail, one_connection
    from consumer.commands import sign_off as command
    from consumer.config import connections_file
    from consumer.config.settings import Settings
    from consumer.errors import ConfigurationError
    from consumer.reconcile.sign_off import Month

    asked = Month.of(month)
    if asked is None:
        raise ConfigurationError([f"--month {month}: is no month like 2026-10"])
    if not reason.strip():
        raise ConfigurationError(["--reason needs a text: it is all that a later reader of the audit has"])
    settings = Settings.load()
    connections = connections_file.load(settings.connections_file)
    chosen = connections_file.chosen(connections, [connection] if connection else [])
    own = one_connection.the_one(chosen)
    wish = command.Wish(
        connection=own.code,
        month=asked,
        zone=ZoneInfo(own.time_zone),
        reason=reason,
        actor=audit_trail.actor(actor),
        has_differences=with_differences,
        go=go,
    )
    raise typer.Exit(asyncio.run(command.run(settings, wish)))
