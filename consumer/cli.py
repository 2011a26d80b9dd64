"""
The commands and their exit codes: 0 done, 1 ran and failed, 2 wrong configuration or usage.

Everything heavy is imported inside of the command that needs it, so that ``--help`` answers at once.
"""
# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from consumer import __version__
from consumer.commands import (
    adopt_options,
    audit_options,
    backfill_options,
    backtest_options,
    catalog_options,
    command_tree,
    console_options,
    dry_run_options,
    errors_options,
    failure_options,
    init_options,
    output_encoding,
    pause_options,
    reconcile_options,
    replays_options,
    sandbox_options,
    send_options,
    status_options,
)
from consumer.demo import demo_options, rehearsal_options
from consumer.errors import ConfigurationError, LagoNetsuiteError
from consumer.ops import garbage_collection

if TYPE_CHECKING:
    from consumer.config.connection import Connection
    from consumer.config.settings import Settings

PROGRAM = "lago-netsuite"
FAILED, MISCONFIGURED = 1, 2

app = typer.Typer(
    name=PROGRAM,
    help="Carry Lago billing events from Kafka to Oracle NetSuite, exactly once in effect.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
topics_app = typer.Typer(help="Create the Kafka topics that the other commands need.", no_args_is_help=True)
app.add_typer(topics_app, name="topics")
app.add_typer(init_options.app)
app.add_typer(dry_run_options.app)
app.add_typer(send_options.app)
app.add_typer(failure_options.app)
app.add_typer(errors_options.app, name="errors")
app.add_typer(replays_options.app, name="replays")
app.add_typer(catalog_options.app)
app.add_typer(backfill_options.app)
app.add_typer(backtest_options.app)
app.add_typer(reconcile_options.app, name="reconcile")
app.add_typer(adopt_options.app)
app.add_typer(audit_options.app, name="audit")
app.add_typer(status_options.app)
app.add_typer(pause_options.app)
app.add_typer(console_options.app)
app.add_typer(demo_options.app)
app.add_typer(rehearsal_options.app, name="rehearsal")
relay_app = typer.Typer()
app.add_typer(relay_app, name="relay")
app.add_typer(sandbox_options.app, name="sandbox")

Codes = Annotated[
    list[str] | None,
    typer.Option("--connection", metavar="CODE", help="Only this connection; may be given several times."),
]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit; our errors are sentences on standard error, never tracebacks."""
    garbage_collection.begin()
    output_encoding.settle()
    arguments = sys.argv[1:] if arguments is None else arguments
    _be_quiet(arguments)
    try:
        command_tree.built(command_tree.needed(app, arguments))(arguments, prog_name=PROGRAM)
    except* LagoNetsuiteError as group:
        errors = list(_leaves(group))
    else:
        return
    from consumer.commands import console_output

    for error in errors:
        console_output.complain(error)
    sys.exit(MISCONFIGURED if any(isinstance(error, ConfigurationError) for error in errors) else FAILED)


def _be_quiet(arguments: Sequence[str]) -> None:
    """Log errors only; processes that run on choose otherwise when they begin."""
    if arguments and not {"--help", "--version"} & set(arguments):
        from consumer.ops import logging

        logging.be_quiet()


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    nested = (_leaves(one) if isinstance(one, BaseExceptionGroup) else [one] for one in group.exceptions)
    return [leaf for leaves in nested for leaf in leaves]


def _print_version(is_wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if is_wanted:
        print(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Carry Lago billing events from Kafka to Oracle NetSuite, exactly once in effect."""


@app.command()
def worker(connection: Codes = None) -> None:
    """Process events until SIGTERM; LAGO_NETSUITE_OPS_PORT serves /metrics, /healthz and /readyz."""
    import uvloop

    from consumer.app import run_worker
    from consumer.config import connections_file
    from consumer.http_client.event_loop import EventLoop
    from consumer.ops import logging

    settings, connections = _configuration()
    chosen = connections_file.chosen(connections, connection or ())
    missing = connections_file.unresolved_secrets(chosen, ("auth", "lago.api_key"))
    if missing:
        raise ConfigurationError(missing)
    logging.configure(level=settings.log_level, form=settings.log_format)
    uvloop.run(run_worker(settings, connections, tuple(connection or ())), loop_factory=EventLoop)


@app.command()
def ingest() -> None:
    """Receive Lago's webhooks at /lago/CODE on LAGO_NETSUITE_INGEST_PORT and publish them to Kafka."""
    from consumer.commands import ingest as command
    from consumer.ops import logging

    settings, connections = _configuration()
    logging.configure(level=settings.log_level, form=settings.log_format)
    command.main(settings, connections)


@relay_app.callback(invoke_without_command=True)
def relay(
    context: typer.Context,
    endpoint: Annotated[
        list[str] | None,
        typer.Option("--endpoint", metavar="ID", help="Only this endpoint; may be given several times."),
    ] = None,
) -> None:
    """Post error events as signed webhooks until SIGTERM; `relay test ENDPOINT` posts a sample."""
    if context.invoked_subcommand is not None:
        return
    import uvloop

    from consumer.commands import relay as command
    from consumer.http_client.event_loop import EventLoop
    from consumer.ops import logging

    settings, connections = _configuration()
    logging.configure(level=settings.log_level, form=settings.log_format)
    uvloop.run(command.run(settings, connections, endpoint or ()), loop_factory=EventLoop)


@relay_app.command("test")
def relay_test(endpoint: Annotated[str, typer.Argument(metavar="ENDPOINT")]) -> None:
    """Post one signed sample to an endpoint and print its response."""
    import asyncio

    from consumer.commands import relay as command

    _, connections = _configuration()
    raise typer.Exit(asyncio.run(command.test(connections, endpoint)))


@app.command()
def check(
    *,
    connection: Codes = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Query Kafka, Lago and NetSuite too; writes nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show the settings and connections in effect, secrets masked, and all their errors."""
    from consumer.commands import check as command

    raise typer.Exit(command.run(connection or (), deep=deep, as_json=as_json))


@topics_app.command("create")
def topics_create() -> None:
    """Create the topics that do not exist yet."""
    import asyncio

    from consumer.config.settings import Settings
    from consumer.kafka import topics

    for topic in asyncio.run(topics.create(Settings.load())):
        print(f"{topic.name}: {topic.status}, {topic.partitions} partitions")


def _configuration() -> tuple[Settings, tuple[Connection, ...]]:
    from consumer.commands import configuration

    return configuration.load()
