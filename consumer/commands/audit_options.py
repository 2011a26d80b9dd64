"""``audit`` on the command line: what people did, as a list, checked, and as CSV."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer()


@app.callback(invoke_without_command=True)
def audit(
    context: typer.Context,
    *,
    connection: Annotated[
        str | None, typer.Option("--connection", metavar="CODE", help="Only this connection.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List what people did, when and why; `audit verify` checks the chain, `audit export` writes CSV."""
    if context.invoked_subcommand is not None:
        return
    import asyncio

    from consumer.commands import audit as command
    from consumer.config.settings import Settings

    raise typer.Exit(asyncio.run(command.show(Settings.load(), connection, as_json=as_json)))


@app.command("verify")
def verify() -> None:
    """Check that no record was altered, left out or put in later; exit code 1 when one was."""
    import asyncio

    from consumer.commands import audit as command
    from consumer.config.settings import Settings

    raise typer.Exit(asyncio.run(command.verify(Settings.load())))


@app.command("export")
def export(
    *,
    connection: Annotated[
        str | None, typer.Option("--connection", metavar="CODE", help="Only this connection.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, the only form.")] = False,  # noqa: ARG001
) -> None:
    """Write every record as CSV to standard output."""
    import asyncio

    from consumer.commands import audit as command
    from consumer.config.settings import Settings

    raise typer.Exit(asyncio.run(command.export(Settings.load(), connection)))
