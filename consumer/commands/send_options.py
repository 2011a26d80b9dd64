"""``send`` on the command line: its options, and which go together."""
# ruff: noqa: PLC0415 - as in `consumer.cli`

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consumer.commands import document_filters as filters
from consumer.errors import ConfigurationError

app = typer.Typer()


@app.command()
def send(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Lago events: JSON or JSON Lines; - is standard input."),
    ],
    *,
    connection: filters.Connection = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where ingest listens; default: this machine's.")
    ] = None,
    topic: Annotated[
        bool, typer.Option("--topic", help="Put the bodies on the topics instead of posting them.")
    ] = False,
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, max=55, help="How long to wait for outcomes; 0: not.")
    ] = 30.0,
    go: Annotated[bool, typer.Option("--go", help="Send to a production account, too.")] = False,
) -> None:  # fmt: skip
    """Post events of files to ingest, signed as Lago does it, and show what becomes of each in NetSuite."""
    import asyncio

    from consumer.commands import configuration, one_connection
    from consumer.commands import send as command
    from consumer.config import connections_file

    if topic and url:
        raise ConfigurationError(["--topic and --url exclude each other"])
    settings, connections = configuration.load()
    chosen = connections_file.chosen(connections, [connection] if connection else [])
    wish = command.Wish(
        connection=one_connection.the_one(chosen), files=files, url=url, to_topic=topic, wait_s=wait, go=go
    )
    raise typer.Exit(asyncio.run(command.run(settings, wish)))
