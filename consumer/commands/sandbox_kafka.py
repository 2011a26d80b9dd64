"""``lago-netsuite sandbox kafka``: a broker on this machine, with the topics of this product."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from consumer.commands import console_output, next_step
from consumer.commands.sandbox import LOOPBACK, listen
from consumer.config.settings import Settings
from consumer.errors import StartupError
from consumer.kafka import topics
from consumer.kafka.topics import Made
from consumer.sandbox import broker

DEFAULT_PORT = 9092
_OF_THIS_MACHINE = frozenset({"localhost", LOOPBACK})


def run(port: int | None, state: Path | None) -> None:
    """
    Run the embedded broker until SIGTERM or SIGINT; the topics that are missing are created at once.

    Args:
        port: 0 chooses a free one; None takes that of ``LAGO_NETSUITE_KAFKA_BOOTSTRAP_SERVERS`` if that is an
            address of this machine, else `DEFAULT_PORT`.
        state: folder that keeps the records over a restart; None forgets them at the end.

    Raises:
        StartupError: the port is in use, or the broker does not start.
    """
    settings = Settings.load()
    _end_on_signals()
    wanted = port_of(settings.kafka_bootstrap_servers) if port is None else port
    with ExitStack() as stack:
        folder = state or Path(stack.enter_context(TemporaryDirectory(prefix="lago-netsuite-kafka-")))
        listen(LOOPBACK, wanted).close()
        running = stack.enter_context(broker.running(folder, port=wanted))
        made = asyncio.run(topics.create(_here(settings, running.address)))
        console_output.say(f"Kafka at {running.address}: {_counted(made)}")
        next_step.say("lago-netsuite sandbox, in another terminal or with & behind it")
        status = running.process.wait()
        raise StartupError(f"the broker ended with status {status}, see {running.log_file}")


def _end_on_signals() -> None:
    """SystemExit, so that the broker is stopped and its folder is removed; once."""

    def end(*_: object) -> None:
        _on_signals(signal.SIG_IGN)
        raise SystemExit(0)

    _on_signals(end)


def _on_signals(handler: signal.Handlers | object) -> None:
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, handler)  # type: ignore[arg-type]


def port_of(bootstrap_servers: str) -> int:
    """The port of the first address if it is of this machine, else `DEFAULT_PORT`."""
    host, _, port = bootstrap_servers.partition(",")[0].strip().rpartition(":")
    return int(port) if host in _OF_THIS_MACHINE and port.isdigit() else DEFAULT_PORT


def _here(settings: Settings, address: str) -> Settings:
    return settings.model_copy(
        update={"kafka_bootstrap_servers": address, "kafka_security_protocol": "PLAINTEXT"}
    )


def _counted(made: Sequence[Made]) -> str:
    created = sum(each.status == "created" for each in made)
    return f"{len(made)} topics, {created} of them created"
