"""``preview``, ``explain`` and ``plan`` on the command line: options, and which go together."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consumer.errors import ConfigurationError

if TYPE_CHECKING:
    from consumer.config.connection import Connection
    from consumer.config.settings import Settings

app = typer.Typer()

Code = Annotated[str | None, typer.Option("--connection", metavar="CODE", help="Only this connection.")]
LookUp = Annotated[
    bool, typer.Option("--look-up", help="Look customers up in Lago's API, as a worker does; read-only.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@app.command()
def preview(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Lago events: JSON or JSON Lines; - is standard input."),
    ],
    connection: Code = None,
) -> None:
    """Show what would be sent for events in files, one JSON object a line; writes nothing."""
    from consumer.commands import preview as command

    _, connections = _configuration(connection)
    raise typer.Exit(command.run(files, connections, connection))


@app.command()
def explain(
    event: Annotated[
        str,
        typer.Argument(
            metavar="EVENT",
            help="FILE (- is standard input), FILE#12 (its twelfth event), TOPIC/PARTITION/OFFSET, the "
            "number or Lago id of a document, the id of an error event, or the code of an error.",
        ),
    ],
    *,
    connection: Code = None,
    look_up: LookUp = False,
    as_json: AsJson = False,
) -> None:
    """Show why a document becomes what it becomes and how it stands, or what ends the error of a code."""
    import asyncio

    from consumer.commands import explain as command
    from consumer.commands.explain import error_code

    if found := error_code.rows(event):
        error_code.show(found, as_json=as_json)
        raise typer.Exit
    settings, connections = _configuration(connection)
    work = command.run(settings, event, connections, connection, as_json=as_json, asks_lago=look_up)
    raise typer.Exit(asyncio.run(work))


@app.command()
def plan(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Lago events: JSON or JSON Lines; - is standard input."),
    ] = None,
    *,
    topic: Annotated[
        bool,
        typer.Option(
            "--topic", help="Read topics instead of files: those given as FILE, else all input topics."
        ),
    ] = False,
    connection: Code = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="TIME", help="2026-08-01, 2026-08-01T12:00:00Z, 12h or 7d; with --topic."
        ),
    ] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="As --from; exclusive.")] = None,
    requests: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write one line a request to this file, with hashes of what would be sent."
        ),
    ] = None,
    look_up: LookUp = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 when an event would be rejected.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what many events would become: writes by kind, problems by cause with amounts; writes nothing."""
    import asyncio

    from consumer.commands import plan as command
    from consumer.commands import timestamp_option
    from consumer.commands.topic_span import Span

    if not topic and not sources:
        raise ConfigurationError(["name files with Lago events, or --topic to read the input topics"])
    if not topic and (since or until):
        raise ConfigurationError(["--from and --to are times of records on Kafka; they go with --topic"])
    span = Span(since=timestamp_option.option("--from", since), until=timestamp_option.option("--to", until))
    settings, connections = _configuration(connection)
    wish = command.Wish(
        connections=connections,
        code=connection,
        requests_file=requests,
        as_json=as_json,
        is_strict=strict,
        asks_lago=look_up,
    )
    names = sources or ()
    files = [Path(each) for each in names]
    work = command.of_topics(settings, names, span, wish) if topic else command.of_files(files, wish)
    raise typer.Exit(asyncio.run(work))


def _configuration(code: str | None) -> tuple[Settings, tuple[Connection, ...]]:
    from consumer.commands import configuration
    from consumer.config import connections_file

    settings, connections = configuration.load()
    connections_file.chosen(connections, [code] if code else [])
    return settings, connections
