"""``demo`` on the command line."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def demo(
    *,
    seed: Annotated[int, typer.Option(help="Another seed gives the same month with other amounts.")] = 1,
    report: Annotated[Path, typer.Option(metavar="FILE", help="File for the figures.")] = Path(
        "build/demo.json"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    kafka: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            envvar="KAFKA_BOOTSTRAP_SERVERS",
            help="An existing Kafka instead of the embedded broker; the demo deletes its topics at the end.",
        ),
    ] = None,
    stay: Annotated[
        bool, typer.Option("--stay", help="Let everything go on afterwards, with the console, until Ctrl-C.")
    ] = False,
    with_console: Annotated[
        bool, typer.Option("--console/--no-console", help="With --stay: serve the console.")
    ] = True,
    console_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="With --stay: its port, 0 for a free one; 8082 if nothing has it."
        ),
    ] = None,
) -> None:
    """Play a month of Lago's webhooks, faults included, into a NetSuite sandbox on this machine."""
    from consumer.commands import extras

    extras.require_sandbox("demo")
    if kafka is None:
        extras.require_broker("demo", otherwise="name a broker that is there: demo --kafka HOST:PORT")
    from consumer.demo import sandbox_process

    port = _console_port(console_port) if stay and with_console else None
    with sandbox_process.begun() as begun:
        from consumer.demo import run as command

        wish = command.Wish(
            seed=seed,
            report_file=report,
            as_json=as_json,
            kafka_address=kafka,
            stays=stay,
            console_port=port,
        )
        raise typer.Exit(command.run(wish, begun))


def _console_port(asked: int | None) -> int:
    from consumer.demo.stay import port_of

    return port_of(asked)
