"""``errors`` on the command line: open failures by cause, as documents, and one of them in full."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from typing import Annotated

import typer

from consumer.commands import failure_filters as filters
from consumer.errors import ConfigurationError

app = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@app.callback(invoke_without_command=True)
def errors(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show open failures by cause, with amounts and the fix; oldest first; then refunds to make by hand."""
    if context.invoked_subcommand is not None:
        return
    import asyncio

    from consumer.commands import open_errors as command
    from consumer.config.settings import Settings

    raise typer.Exit(asyncio.run(command.run(Settings.load(), as_json=as_json)))


@app.command("list")
def list_documents(
    *,
    code: filters.Codes = None,
    connection: filters.Connections = None,
    object_type: filters.ObjectType = None,
    error_id: filters.Ids = None,
    customer: filters.Customer = None,
    number: filters.Number = None,
    since: filters.Since = None,
    until: filters.Until = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of text.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the documents that are not in NetSuite: number, customer, amount, date, reason, ids and links."""
    import asyncio

    from consumer.commands import error_list as command
    from consumer.config.settings import Settings

    if as_csv and as_json:
        raise ConfigurationError(["--csv and --json exclude each other"])
    selection = filters.selection(
        codes=code, connections=connection, ids=error_id, object_type=object_type,
        customer=customer, number=number, since=since, until=until,
    )  # fmt: skip
    form: command.Form = "csv" if as_csv else "json" if as_json else "text"
    raise typer.Exit(asyncio.run(command.run(Settings.load(), selection, form)))


@app.command("show")
def show(error_id: Annotated[str, typer.Argument(metavar="ID")], *, as_json: AsJson = False) -> None:
    """Show one failure: document, amount, reason, fix, who makes it and where."""
    import asyncio

    from consumer.commands import error_detail as command
    from consumer.config.settings import Settings

    raise typer.Exit(asyncio.run(command.run(Settings.load(), error_id, as_json=as_json)))
