"""The demo's processes: NetSuite sandbox, ingest, worker and relay, all with the same broker."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from consumer.config.settings import Settings, env_name
from consumer.demo import connections, sandbox_process
from consumer.demo.customers import CODES, CONNECTION
from consumer.demo.kafka import Kafka
from consumer.demo.process import Program, running
from consumer.kafka import topics

HOST = "127.0.0.1"
# The embedded broker answers empty fetches at once; each costs the consumer CPU time per partition.
PARTITIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """
    The addresses of a running deployment.

    Attributes:
        sandbox: origin of the NetSuite sandbox.
        door: URL of `ingest` for Lago's webhooks.
        ops: origin of the worker's metrics and probes.
    """

    settings: Settings
    sandbox: str
    door: str
    ops: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes(Ground):
    """
    A running deployment that the demo has started.

    Attributes:
        worker: the worker's process; `fix_and_replay` restarts it with another connections file.
        variables: the environment variables that all processes share.
    """

    kafka: Kafka
    variables: Mapping[str, str]
    worker: Program

    @property
    def groups(self) -> tuple[str, ...]:
        """The worker's consumer groups, one a connection."""
        return tuple(f"{self.settings.consumer_group}.{code}" for code in CODES)


@asynccontextmanager
async def set_up(
    place: Kafka, sandbox: Program, folder: Path, facts: Mapping[str, str]
) -> AsyncIterator[Processes]:
    """
    Create the topics while the sandbox starts, start ingest, worker and relay, and wait until all are ready.

    Args:
        place: the broker.
        sandbox: started, not yet ready.
        folder: for logs and the connections file.
        facts: values of the connections template that do not come from the sandbox.

    Raises:
        StartupError: a process does not become ready; the message has the end of its log.
        ConfigurationError: the environment's settings for Kafka's TLS and SASL are invalid.
    """
    async with AsyncExitStack() as stack:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(topics.create(place.settings, partitions_each=PARTITIONS))
            ready = tasks.create_task(sandbox_process.origin_of(sandbox))
        origin = ready.result()
        chosen = {
            "kafka_bootstrap_servers": place.bootstrap_servers,
            "topic_prefix": place.topic_prefix,
            "connections_file": str(await connections.write(folder, origin, facts)),
            "consumer_group": f"{place.topic_prefix}lago-netsuite",
            "ops_host": HOST,
            "ingest_host": HOST,
            "ingest_stop_delay_s": "0",
            "log_format": "json",
        }
        file = {"connections_file": Path(chosen["connections_file"])}
        settings = place.settings.model_copy(update=chosen | file)
        door, *ports = _free_ports(4)
        variables = {env_name(field): value for field, value in chosen.items()}
        variables[env_name("ingest_port")] = str(door)
        ingest, worker, relay = (
            _program(name, port, folder, variables)
            for name, port in zip(("ingest", "worker", "relay"), ports, strict=True)
        )
        await stack.enter_async_context(running(ingest, worker, relay, beside=[sandbox]))
        yield Processes(
            kafka=place,
            settings=settings,
            variables=variables,
            sandbox=origin,
            door=f"http://{HOST}:{door}/lago/{CONNECTION}",
            ops=worker.ready_url.removesuffix("/readyz"),
            worker=worker,
        )


def _program(name: str, port: int, folder: Path, variables: Mapping[str, str]) -> Program:
    return Program(
        name,
        log_file=folder / f"{name}.log",
        environment={**variables, env_name("ops_port"): str(port)},
        ready_url=f"http://{HOST}:{port}/readyz",
    )


def _free_ports(count: int) -> list[int]:
    """Different ports of this machine on which no process listens now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]
