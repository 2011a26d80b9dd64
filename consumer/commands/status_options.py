"""``status`` on the command line: what waits, what has failed, and whether a person is needed."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer()


BREAKERS = (
    "Circuit breaker and permits are what workers have reported within the last three minutes, else unknown:"
    " then no worker runs, or none reaches Kafka."
)


@app.command(epilog=BREAKERS)
def status(
    *,
    connection: Annotated[
        list[str] | None,
        typer.Option(
            "--connection", metavar="CODE", help="Only this connection; may be given several times."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Show what waits for what, open failures, backlog and balance; exit code 1 when a person is needed."""
    import asyncio

    from consumer.commands import configuration
    from consumer.commands import status as command
    from consumer.config import connections_file

    settings, connections = configuration.load()
    codes = [each.code for each in connections_file.chosen(connections, connection or ())]
    raise typer.Exit(asyncio.run(command.run(settings, codes, as_json=as_json)))
