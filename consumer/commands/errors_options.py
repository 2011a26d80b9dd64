"""``errors`` on the command line: open failures by cause, as documents, and one of them in full."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from consumer.commands import failure_filters as filters
from consumer.commands import id_list
from consumer.commands.document_filters import Actor
from consumer.commands.object_kinds import Kinds
from consumer.errors import ConfigurationError

app = typer.Typer()

Ids = Annotated[
    list[str],
    typer.Argument(
        metavar="ID",
        help="Error event; several are possible; - is standard input, one a line.",
        callback=id_list.of,
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit record.")]
Go = Annotated[bool, typer.Option("--go", help="Do it; without it, only say what would be done.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@app.callback(invoke_without_command=True)
def errors(
    context: typer.Context,
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 while a failure or a refund is open.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show open failures by cause, with amounts and the fix; oldest first; then refunds to make by hand."""
    if context.invoked_subcommand is not None:
        return
    import asyncio

    from consumer.commands import open_errors as command
    from consumer.config.settings import Settings

    raise typer.Exit(asyncio.run(command.run(Settings.load(), as_json=as_json, is_strict=strict)))


@app.command("list")
def list_documents(
    *,
    code: filters.Codes = None,
    connection: filters.Connections = None,
    objects: Kinds = None,
    error_id: filters.Ids = None,
    customer: filters.Customer = None,
    number: filters.Number = None,
    since: filters.Since = None,
    until: filters.Until = None,
    assigned: filters.Assigned = None,
    closed: Annotated[
        bool, typer.Option("--closed", help="Those that a person has closed, instead of the open ones.")
    ] = False,
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
        codes=code, connections=connection, ids=error_id, objects=objects,
        customer=customer, number=number, since=since, until=until, assigned=assigned,
    )  # fmt: skip
    form: command.Form = "csv" if as_csv else "json" if as_json else "text"
    raise typer.Exit(asyncio.run(command.run(Settings.load(), selection, form, of_closed=closed)))


@app.command("show")
def show(
    error_id: Annotated[
        str,
        typer.Argument(metavar="ID", help="Of the error event; its first characters, if no other begins so."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one failure: document, amount, reason, fix, who makes it and where."""
    import asyncio

    from consumer.commands import error_detail as command
    from consumer.config.settings import Settings

    raise typer.Exit(asyncio.run(command.run(Settings.load(), error_id, as_json=as_json)))


@app.command("close")
def close(
    error_id: Ids,
    *,
    reason: Reason,
    booked: Annotated[
        bool, typer.Option("--booked", help="The document was entered in NetSuite by hand.")
    ] = False,
    actor: Actor = None,
    go: Go = False,
) -> None:
    """Close failures that need no replay: they count no longer; who and why goes on the audit record."""
    _act("close", error_id, reason=reason, actor=actor, go=go, is_booked=booked)


@app.command("reopen")
def reopen(error_id: Ids, *, reason: Reason, actor: Actor = None, go: Go = False) -> None:
    """Reopen failures that a person has closed; who and why goes on the audit record."""
    _act("reopen", error_id, reason=reason, actor=actor, go=go)


@app.command("note")
def note(
    error_id: Ids,
    *,
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="The note, for all who read it.")],
    actor: Actor = None,
) -> None:
    """Write a note on failures; lists, the console and the audit record show it."""
    _remark("note", error_id, text=text, option="--text", actor=actor)


@app.command("assign")
def assign(
    error_id: Ids,
    *,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="Who sees to it: a name, me, or nobody.")],
    reason: Reason,
    actor: Actor = None,
) -> None:
    """Say who sees to failures; lists and the console show it, and can be filtered by it."""
    _remark("assign", error_id, text=reason, option="--reason", actor=actor, to=to)


def _remark(
    act: Literal["note", "assign"],
    ids: Sequence[str],
    *,
    text: str,
    option: str,
    actor: str | None,
    to: str = "nobody",
) -> None:
    import asyncio

    from consumer.commands import audit_trail
    from consumer.commands import failure_remarks as command
    from consumer.config.settings import Settings

    if not text.strip():
        raise ConfigurationError([f"{option} needs a text: it is all that a later reader of the audit has"])
    by = audit_trail.actor(actor)
    assignee = {"me": by, "nobody": ""}.get(to, to)
    wish = command.Wish(act=act, text=text, actor=by, assignee=assignee)
    raise typer.Exit(asyncio.run(command.run(Settings.load(), wish, ids)))


def _act(
    act: Literal["close", "reopen"],
    ids: Sequence[str],
    *,
    reason: str,
    actor: str | None,
    go: bool,
    is_booked: bool = False,
) -> None:
    import asyncio

    from consumer.commands import audit_trail
    from consumer.commands import error_closing as command
    from consumer.config.settings import Settings

    if not reason.strip():
        raise ConfigurationError(["--reason needs a text: it is all that a later reader of the audit has"])
    by = audit_trail.actor(actor)
    wish = command.Wish(act=act, ids=ids, reason=reason, actor=by, is_booked=is_booked, go=go)
    raise typer.Exit(asyncio.run(command.run(Settings.load(), wish)))
