"""``replays`` on the command line: runs of replays as a list; paused, resumed, cancelled."""
# ruff: noqa: PLC0415 - heavy modules are imported inside of the command, so that ``--help`` answers at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from consumer.commands.document_filters import Actor
from consumer.errors import ConfigurationError

if TYPE_CHECKING:
    from consumer.commands.audited_replay import By

app = typer.Typer()

RunId = Annotated[str, typer.Argument(metavar="RUN", help="Id of the run, as `replays` lists it.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit record.")]


@app.callback(invoke_without_command=True)
def replays(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """List runs of replays, the latest first: by whom, how far, and whether they run or have stopped."""
    if context.invoked_subcommand is not None:
        return
    import asyncio

    from consumer.commands import replay_runs as command
    from consumer.config.settings import Settings

    raise typer.Exit(asyncio.run(command.show(Settings.load(), as_json=as_json)))


@app.command("pause")
def pause(run_id: RunId, *, reason: Reason, actor: Actor = None) -> None:
    """Stop a run after its present batch, wherever it is carried out; `replays resume` carries it on."""
    _steer("pause", run_id, reason, actor)


@app.command("cancel")
def cancel(run_id: RunId, *, reason: Reason, actor: Actor = None) -> None:
    """End a run after its present batch, wherever it is carried out; what is replayed stays replayed."""
    _steer("cancel", run_id, reason, actor)


@app.command("resume")
def resume(
    run_id: RunId,
    *,
    reason: Reason,
    rate: Annotated[
        float | None, typer.Option(min=0.1, help="Events a second, at most; as before without it.")
    ] = None,
    actor: Actor = None,
    go: Annotated[bool, typer.Option("--go", help="Do it; without it, only say what would be done.")] = False,
) -> None:
    """Carry a run on that is paused or has stopped; what it has replayed is not replayed again."""
    import asyncio

    from consumer.commands import replay_runs as command
    from consumer.config.settings import Settings

    by = _by(reason, actor)
    raise typer.Exit(
        asyncio.run(command.resume(Settings.load(), run_id, by=by, rate_per_s=rate, is_dry_run=not go))
    )


def _steer(steering: Literal["pause", "cancel"], run_id: str, reason: str, actor: str | None) -> None:
    import asyncio

    from consumer.commands import replay_runs as command
    from consumer.config.settings import Settings

    by = _by(reason, actor)
    raise typer.Exit(asyncio.run(command.steer(Settings.load(), run_id, steering, by=by)))


def _by(reason: str, actor: str | None) -> By:
    from consumer.commands import audit_trail
    from consumer.commands.audited_replay import By

    if not reason.strip():
        raise ConfigurationError(["--reason needs a text: it is all that a later reader of the audit has"])
    return By(actor=audit_trail.actor(actor), reason=reason)
