"""Options that choose documents of Lago and name who acts, of the commands that read Lago's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from consumer.commands import id_list

if TYPE_CHECKING:
    pass

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
Progress = Annotated[
    bool,
    typer.Option("--progress", help="Write the progress to standard error as JSON lines, for a program."),
]
Actor = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who does it, for the audit; default: this user.")
]
