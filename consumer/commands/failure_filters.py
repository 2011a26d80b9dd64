"""The filters of failures on the command line, the same for every command that has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from consumer.commands import id_list, object_kinds

if TYPE_CHECKING:
    from consumer.failures.selection import Selection

Codes = Annotated[list[str] | None, typer.Option("--code", metavar="CODE", help="Error code.")]
Connections = Annotated[
    list[str] | None, typer.Option("--connection", metavar="CODE", help="Only this connection.")
]
Causes = Annotated[
    list[str] | None, typer.Option("--cause", metavar="ID", help="Id of a cause, as `errors --json` has it.")
]
Customer = Annotated[str | None, typer.Option(help="Lago's id of the customer, or the external id.")]
Number = Annotated[str | None, typer.Option(help="The document's number.")]
Since = Annotated[str | None, typer.Option(help="2026-08-01, 2026-08-01T12:00:00Z, 12h or 7d.")]
Until = Annotated[str | None, typer.Option(help="As --since; exclusive.")]
Assigned = Annotated[str | None, typer.Option(metavar="NAME", help="Whose they are: a name, me, or nobody.")]
Ids = Annotated[
    list[str] | None,
    typer.Option(
        "--id",
        metavar="ID",
        help="Error event; - is standard input, one a line.",
        callback=id_list.of,
    ),
]


def selection(
    *,
    codes: Sequence[str] | None = None,
    connections: Sequence[str] | None = None,
    causes: Sequence[str] | None = None,
    ids: Sequence[str] | None = None,
    objects: Sequence[str] | None = None,
    customer: str | None = None,
    number: str | None = None,
    since: str | None = None,
    until: str | None = None,
    assigned: str | None = None,
) -> Selection:
    """
    What the options select; everything when none is given.

    Raises:
        ConfigurationError: `since` or `until` is no point in time, or a word of `objects` is no kind.
    """
    from consumer.commands import timestamp_option  # noqa: PLC0415 - ``--help`` answers at once
    from consumer.failures.selection import Selection  # noqa: PLC0415

    return Selection(
        codes=frozenset(codes or ()),
        connections=frozenset(connections or ()),
        causes=frozenset(causes or ()),
        ids=frozenset(ids or ()),
        kinds=frozenset(object_kinds.chosen(objects) if objects else ()),
        customer=customer,
        number=number,
        since=timestamp_option.option("--since", since),
        until=timestamp_option.option("--until", until),
        assigned=_assignee(assigned),
    )


def _assignee(name: str | None) -> str | None:
    from consumer.commands import audit_trail  # noqa: PLC0415 - ``--help`` answers at once
    from consumer.failures.selection import NOBODY  # noqa: PLC0415

    return {None: None, "me": audit_trail.actor(None), "nobody": NOBODY}.get(name, name)
