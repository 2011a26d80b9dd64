"""``errors`` and ``replay`` on the command line: their options, and which of them can be combined."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from typing import Annotated

import typer

from consumer.errors import ConfigurationError

app = typer.Typer()


@app.command()
def errors(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False
) -> None:
    """Show open failures by cause, with amounts and the fix; oldest first; then refunds to make by hand."""
    import asyncio

    from consumer.commands import open_errors as command
    from consumer.config.settings import Settings

    raise typer.Exit(asyncio.run(command.run(Settings.load(), as_json=as_json)))


@app.command()
def replay(
    *,
    code: Annotated[list[str] | None, typer.Option("--code", metavar="CODE", help="Error code.")] = None,
    connection: Annotated[
        list[str] | None, typer.Option("--connection", metavar="CODE", help="Only this connection.")
    ] = None,
    object_type: Annotated[str | None, typer.Option("--object", help="invoice, payment, …")] = None,
    customer: Annotated[
        str | None, typer.Option(help="Lago's id of the customer, or the external id.")
    ] = None,
    number: Annotated[str | None, typer.Option(help="The document's number.")] = None,
    since: Annotated[str | None, typer.Option(help="2026-08-01, 2026-08-01T12:00:00Z, 12h or 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="As --since; exclusive.")] = None,
    error_id: Annotated[list[str] | None, typer.Option("--id", metavar="ID", help="Error event.")] = None,
    go: Annotated[bool, typer.Option("--go", help="Publish them; without it, only list.")] = False,
    rate: Annotated[float, typer.Option(min=0.1, help="Events a second, at most.")] = 50.0,
    mark_synced: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Close this failure or refund: booked by hand.")
    ] = None,
    ignore: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Close the failures of --id without booking them."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Publish failed events to their input topics again; without --go, only list them."""
    import asyncio

    from consumer.commands import replay as command
    from consumer.commands import timestamp_option
    from consumer.config.settings import Settings
    from consumer.failures.selection import Selection

    if ignore is not None and (not ignore.strip() or not error_id):
        raise ConfigurationError(["--ignore needs a reason, and --id for each failure that is meant"])
    if (bool(mark_synced), ignore is not None, go).count(True) > 1:
        raise ConfigurationError(["--mark-synced, --ignore and --go exclude each other"])
    selection = Selection(
        codes=frozenset(code or ()),
        connections=frozenset(connection or ()),
        ids=frozenset(error_id or ()),
        object=object_type,
        customer=customer,
        number=number,
        since=timestamp_option.option("--since", since),
        until=timestamp_option.option("--until", until),
    )
    settings = Settings.load()
    if mark_synced or ignore is not None:
        work = command.settle(settings, mark_synced or error_id or (), reason=ignore)
    else:
        wish = command.Wish(selection=selection, go=go, rate_per_s=rate, as_json=as_json)
        work = command.run(settings, wish)
    raise typer.Exit(asyncio.run(work))
