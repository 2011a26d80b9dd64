"""Options that choose documents of Lago and name who acts, of the commands that read Lago's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from consumer.commands import id_list
from consumer.errors import ConfigurationError

if TYPE_CHECKING:
    from consumer.events.lago_webhook import Kind

OBJECTS = "customers,invoices,credit_notes,payments,voids"
"""The kinds of documents, as ``--objects`` names them."""

Connection = Annotated[
    str | None, typer.Option("--connection", metavar="CODE", help="The connection, if there are several.")
]
Since = Annotated[str | None, typer.Option(metavar="DATE", help="Documents issued on this day or later.")]
Until = Annotated[str | None, typer.Option(metavar="DATE", help="Documents issued on this day or earlier.")]
Customers = Annotated[
    list[str] | None,
    typer.Option(
        metavar="EXTERNAL_ID",
        help="Only this customer; may be given several times; - is standard input, one a line.",
        callback=id_list.of,
    ),
]
Actor = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who does it, for the audit; default: this user.")
]


def kinds(objects: str) -> tuple[Kind, ...]:
    """
    The kinds that ``--objects`` names, in the order in which they are sent.

    Raises:
        ConfigurationError: a name is none of `OBJECTS`.
    """
    from consumer.backfill.kinds import kinds_of  # noqa: PLC0415 - so that ``--help`` answers at once

    names = [name.strip() for name in objects.split(",") if name.strip()]
    if unknown := sorted(set(names) - set(OBJECTS.split(","))):
        raise ConfigurationError([f"--objects {', '.join(unknown)}: choose of {OBJECTS}"])
    return kinds_of(iter(names))
