"""``replay`` on the command line: its options, and which of them can be combined."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from typing import Annotated

import typer

from consumer.commands import failure_filters as filters
from consumer.commands import id_list
from consumer.commands.document_filters import Actor
from consumer.commands.object_kinds import Kinds
from consumer.errors import ConfigurationError

app = typer.Typer()


@app.command()
def replay(
    *,
    code: filters.Codes = None,
    connection: filters.Connections = None,
    objects: Kinds = None,
    cause: filters.Causes = None,
    customer: filters.Customer = None,
    number: filters.Number = None,
    since: filters.Since = None,
    until: filters.Until = None,
    error_id: filters.Ids = None,
    go: Annotated[bool, typer.Option("--go", help="Do it; without it, only say what would be done.")] = False,
    rate: Annotated[float, typer.Option(min=0.1, help="Events a second, at most.")] = 50.0,
    mark_synced: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Close this failure or refund: booked by hand; - is standard input, one a line.",
            callback=id_list.of,
        ),
    ] = None,
    ignore: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Close the failures of --id without booking them."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit record.")] = "",
    actor: Actor = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Publish failed events to their input topics again, or close them; without --go, only list them."""
    import asyncio

    from consumer.commands import audit_trail, failure_settling
    from consumer.commands import replay as command
    from consumer.commands.audited_replay import By
    from consumer.commands.failure_settling import Wish as Settling
    from consumer.config.settings import Settings

    if ignore is not None and (not ignore.strip() or not error_id):
        raise ConfigurationError(["--ignore needs a reason, and --id for each failure that is meant"])
    if mark_synced and ignore is not None:
        raise ConfigurationError(["--mark-synced and --ignore exclude each other"])
    selection = filters.selection(
        codes=code, causes=cause, connections=connection, ids=error_id, objects=objects,
        customer=customer, number=number, since=since, until=until,
    )  # fmt: skip
    settings = Settings.load()
    by = By(actor=audit_trail.actor(actor), reason=reason if ignore is None else ignore)
    if mark_synced or ignore is not None:
        ids = mark_synced or error_id or ()
        work = failure_settling.run(
            settings, Settling(ids=ids, by=by, is_booked=ignore is None, go=go, as_json=as_json)
        )
    else:
        wish = command.Wish(selection=selection, go=go, rate_per_s=rate, by=by, as_json=as_json)
        work = command.run(settings, wish)
    raise typer.Exit(asyncio.run(work))
