"""``rehearsal`` on the command line: the demo's month for a running deployment."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consumer.commands import extras

app = typer.Typer(
    help="Post the demo's month to a running deployment, such as deploy/compose.yaml.",
    no_args_is_help=True,
)

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", exists=True, file_okay=False, help="Shared by all parts.")
]
Sandbox = Annotated[str, typer.Option(metavar="ORIGIN", help="The NetSuite sandbox.")]


@app.command()
def prepare(
    folder: Folder,
    *,
    sandbox: Sandbox = "http://sandbox:8460",
    webhooks: Annotated[
        str, typer.Option(metavar="ORIGIN", help="Address where the relay posts webhooks.")
    ] = "http://lago:8082",
    emulated_lago: Annotated[
        str, typer.Option(metavar="ORIGIN", help="Where `sandbox lago` serves its API.")
    ] = "http://lago-sandbox:8461",
) -> None:
    """Write keys, books and connections.yaml once, before the other parts start."""
    extras.require_sandbox("rehearsal")
    from consumer.demo import fixtures

    place = folder.absolute()
    is_new = fixtures.prepare(place, sandbox=sandbox, webhooks=webhooks, emulated_lago=emulated_lago)
    print(f"{folder / fixtures.CONNECTIONS}: {'written' if is_new else 'is there already'}")


@app.command()
def play(
    folder: Folder,
    *,
    ingest: Annotated[str, typer.Option(metavar="ORIGIN", help="Address of ingest.")] = "http://ingest:8081",
    sandbox: Sandbox = "http://sandbox:8460",
    worker: Annotated[
        str, typer.Option(metavar="ORIGIN", help="Address of a worker's metrics.")
    ] = "http://worker:8080",
    seed: Annotated[int, typer.Option(help="Another seed gives the same month with other amounts.")] = 1,
    rate: Annotated[float, typer.Option(min=0.1, help="Events a second.")] = 1.0,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to receive webhooks on.")] = 8082,
) -> None:
    """Post the month's webhooks, and receive the relay's webhooks until SIGTERM."""
    extras.require_sandbox("rehearsal")
    from consumer.demo import rehearsal
    from consumer.ops import logging

    ground = rehearsal.ground(ingest=ingest, sandbox=sandbox, worker=worker)
    logging.configure(level=ground.settings.log_level, form=ground.settings.log_format)
    rehearsal.main(folder, ground, seed=seed, events_per_s=rate, inbox_port=port)


@app.command()
def forward(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where other machines connect.")] = 8083,
    to: Annotated[int, typer.Option(min=1, max=65535, help="The port of this machine.")] = 8082,
) -> None:
    """Let other machines reach a port that listens on this one only, as the console without a login does."""
    from consumer.demo import forwarding

    forwarding.main(port, to)
