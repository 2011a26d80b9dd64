"""``backtest`` on the command line: where events come from, and which options go together."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consumer.commands import document_filters as filters
from consumer.commands import object_kinds
from consumer.commands.object_kinds import Kinds
from consumer.errors import ConfigurationError

app = typer.Typer()

Against = Annotated[
    Path, typer.Option("--against", metavar="FILE", help="The changed connections.yaml.", show_default=False)
]
Sources = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE", help="Lago events: JSON or JSON Lines; - is standard input."),
]
Topic = Annotated[
    bool,
    typer.Option("--topic", help="Read topics instead of files: those given as FILE, else all input topics."),
]
FromLago = Annotated[bool, typer.Option("--lago", help="Read Lago's API instead of files.")]
Begin = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="2026-08-01, 2026-08-01T12:00:00Z, 12h or 7d; with --topic."),
]
End = Annotated[str | None, typer.Option("--to", metavar="TIME", help="As --from; exclusive.")]
Csv = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Write all differences and sums into this folder, too.")
]


@app.command()
def backtest(
    sources: Sources = None,
    *,
    against: Against,
    topic: Topic = False,
    lago: FromLago = False,
    connection: Annotated[
        str | None, typer.Option("--connection", metavar="CODE", help="Only this connection.")
    ] = None,
    begin: Begin = None,
    end: End = None,
    since: filters.Since = None,
    until: filters.Until = None,
    customer: filters.Customers = None,
    objects: Kinds = None,
    look_up: Annotated[
        bool, typer.Option("--look-up", help="Look customers up in Lago's API, as a worker does; read-only.")
    ] = False,
    csv: Csv = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show what a changed connections.yaml would book otherwise for past events; exit code 1 if anything."""
    import asyncio

    from consumer.commands import backtest as command
    from consumer.commands import configuration, day_option, timestamp_option
    from consumer.commands.lago_documents import Scope
    from consumer.commands.topic_span import Span
    from consumer.config import connections_file

    _check_source(sources, topic=topic, lago=lago)
    _check_filters("--from and --to", "--topic", has_any=bool(begin or end), is_read=topic)
    has_scope = bool(since or until or customer or objects)
    _check_filters("--since, --until, --customer and --objects", "--lago", has_any=has_scope, is_read=lago)
    span = Span(since=timestamp_option.option("--from", begin), until=timestamp_option.option("--to", end))
    begins, ends = day_option.window(since, until)
    scope = Scope(since=begins, until=ends, customers=tuple(customer or ()))
    kinds = object_kinds.chosen(objects)
    settings, before = configuration.load()
    after = connections_file.load(against)
    if connection:
        connections_file.chosen((*before, *after), [connection])
    wish = command.Wish(
        before=before, after=after, code=connection, csv=csv, as_json=as_json, asks_lago=look_up
    )
    names = sources or ()
    if topic:
        work = command.of_topics(settings, names, span, wish)
    elif lago:
        work = command.of_lago(kinds, scope, wish)
    else:
        work = command.of_files([Path(each) for each in names], wish)
    raise typer.Exit(asyncio.run(work))


def _check_source(sources: list[str] | None, *, topic: bool, lago: bool) -> None:
    if not (sources or topic or lago):
        raise ConfigurationError(
            ["name files with Lago events, or --topic to read the input topics, or --lago to read Lago's API"]
        )
    if lago and (sources or topic):
        raise ConfigurationError(["--lago reads Lago's API; it goes without --topic and without files"])


def _check_filters(options: str, source: str, *, has_any: bool, is_read: bool) -> None:
    if has_any and not is_read:
        raise ConfigurationError([f"{options} go with {source}"])
