"""``init`` on the command line: its options."""
# ruff: noqa: PLC0415 - as in `consumer.cli`

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", file_okay=False, help="Made if it is missing.")
    ] = Path(),
    *,
    netsuite: Annotated[
        bool, typer.Option("--netsuite", help="The SuiteScript project for NetSuite's administrator, too.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there already.")] = False,
) -> None:
    """Write a commented connections.yaml, a .env and sample events into a folder."""
    from consumer.commands import init as command

    raise typer.Exit(command.run(folder, with_netsuite=netsuite, force=force))
