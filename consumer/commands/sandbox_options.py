"""The options of ``sandbox``, ``sandbox kafka`` and ``sandbox lago``."""
# ruff: noqa: PLC0415 - as in `consumer.cli`

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()
_PROFILES = sorted(
    path.stem for path in (Path(__file__).parents[1] / "sandbox" / "netsuite" / "profiles").glob("*.json")
)


@app.callback(invoke_without_command=True)
def sandbox(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 chooses a free port.")] = 8460,
    state: Annotated[Path | None, typer.Option(metavar="FILE", help="Store the books in this file.")] = None,
    profile: Annotated[
        str, typer.Option(metavar="NAME", help=f"One of {', '.join(_PROFILES)}; or the path of a file.")
    ] = "default",
    host: Annotated[
        str, typer.Option(help="Address to listen on; anyone who can connect can read the books.")
    ] = "127.0.0.1",
) -> None:
    """Run an emulated NetSuite account on this machine; `sandbox kafka` a broker, `sandbox lago` Lago."""
    if context.invoked_subcommand is not None:
        return
    from consumer.commands import extras

    extras.require_sandbox("sandbox")
    from consumer.commands import sandbox as command

    command.run(port, state, profile, host=host)


@app.command("kafka")
def kafka(
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535,
            help="0 chooses a free port; default: that of LAGO_NETSUITE_KAFKA_BOOTSTRAP_SERVERS, or 9092.",
        ),
    ] = None,
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", file_okay=False, help="Keep the records in this folder.")
    ] = None,
) -> None:  # fmt: skip
    """Run a Kafka broker on this machine, for trying things out, and create the topics on it."""
    from consumer.commands import extras

    variable = "LAGO_NETSUITE_KAFKA_BOOTSTRAP_SERVERS"
    extras.require_broker("sandbox kafka", otherwise=f"name a broker that is there in {variable}")
    from consumer.commands import sandbox_kafka as command

    command.run(port, state)


@app.command("lago")
def lago(  # noqa: PLR0917 - one argument an option
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 chooses a free port.")] = 8461,
    slug: Annotated[
        str, typer.Option(help="Name of the organisation; the same gives the same ids.")
    ] = "acme",
    webhooks: Annotated[
        str | None, typer.Option(metavar="URL", help="Where to post webhooks: ingest's /lago/CODE.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=2**32 - 1,
            help="Begin with three months of documents; the same seed gives the same ids and amounts.",
        ),
    ] = None,
    api_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Key of the REST API; lago-sandbox-key by default.")
    ] = None,
    hmac_key: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Key of HMAC signatures; lago-sandbox-hmac-key by default."),
    ] = None,
    jwt_key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Sign webhooks as JWT with this RSA private key (PEM) instead."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; anyone who can connect can read the documents.")
    ] = "127.0.0.1",
) -> None:
    """Run an emulated Lago organisation on this machine: REST API, webhooks and controls."""
    from consumer.commands import sandbox_lago as command
    from consumer.commands import sandbox_lago_keys

    keys = sandbox_lago_keys.keys(api_key, hmac_key, jwt_key)
    command.run(port, slug=slug, webhook_url=webhooks, keys=keys, seed=seed, host=host)
