"""``catalog`` on the command line: its options."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consumer.errors import ConfigurationError

KINDS = (
    "items, accounts, taxes, tax-types, nexuses, subsidiaries, currencies, locations, classes, departments, "
    "periods, terms, payment-methods, customers, or mapping."
)

app = typer.Typer()


@app.command()
def catalog(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=KINDS)],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="For mapping: Lago events, JSON or JSON Lines; - is stdin."),
    ] = None,
    *,
    connection: Annotated[
        str | None, typer.Option("--connection", metavar="CODE", help="The connection, if there are several.")
    ] = None,
    containing: Annotated[
        str | None, typer.Option("--filter", metavar="TEXT", help="Only rows whose name contains this.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List what NetSuite has of a kind; `catalog mapping FILE...` drafts a mapping for the events' codes."""
    from consumer.commands import catalog as command
    from consumer.config import connections_file
    from consumer.config.settings import Settings

    if as_csv and as_json:
        raise ConfigurationError(["--csv and --json exclude each other"])
    if files and kind != command.MAPPING:
        raise ConfigurationError([f"{files[0]}: files of events go with the kind {command.MAPPING} only"])
    connections = connections_file.load(Settings.load().connections_file)
    chosen = connections_file.chosen(connections, [connection] if connection else ())
    if kind == command.MAPPING:
        raise typer.Exit(command.mapping(chosen, files or ()))
    form: command.Form = "json" if as_json else "csv" if as_csv else "table"
    raise typer.Exit(command.run(kind, chosen, containing=containing, form=form))
