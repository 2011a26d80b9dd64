"""What the demo plays on: broker, NetSuite sandbox and worker as processes of their own."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

from consumer.commands.demo import web
from consumer.errors import StartupError
from consumer.kafka import topics
from consumer.sandbox import broker
from consumer.settings import Settings, env_name

BROKER_VARIABLE = "KAFKA_BOOTSTRAP_SERVERS"
CONNECTION = "netsuite-demo"
READY_LIMIT_S = 40.0
LOOK_EVERY_S = 0.1
TEMPLATE = Path(__file__).with_name("connections.template.yaml")
ORIGIN = re.compile(r"http://127\.0\.0\.1:\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kafka:
    """Where the events go: a broker of ours, or one that was there."""

    bootstrap_servers: str
    name: str
    topic_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    Everything is up.

    Attributes:
        sandbox: origin of the NetSuite sandbox.
        ops: origin of the worker's metrics and probes.
        group: the worker's consumer group for the demo's connection.
    """

    kafka: Kafka
    settings: Settings
    sandbox: str
    ops: str
    group: str


@asynccontextmanager
async def kafka(folder: Path) -> AsyncIterator[Kafka]:
    """The broker that `KAFKA_BOOTSTRAP_SERVERS` names, with topics of our own, else the embedded one."""
    given = os.environ.get(BROKER_VARIABLE)
    if given:
        prefix = f"demo-{uuid.uuid4().hex[:8]}."
        yield Kafka(bootstrap_servers=given, name=f"Kafka at {given}", topic_prefix=prefix)
        return
    with ExitStack() as stack:
        address = await asyncio.to_thread(stack.enter_context, broker.embedded_broker(folder / "broker"))
        yield Kafka(bootstrap_servers=address, name="embedded broker", topic_prefix="")


@asynccontextmanager
async def set_up(place: Kafka, folder: Path, facts: Mapping[str, str]) -> AsyncIterator[Stage]:
    """
    Start the sandbox, make the topics, start the worker and wait until it has its partitions.

    Args:
        place: the broker.
        folder: where logs and the connection go.
        facts: what the connection's template wants to know besides the sandbox.

    Raises:
        StartupError: something does not come up; the message names its log.
    """
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(_sandbox(folder))
        await _write_connections(folder, sandbox, facts)
        ops_port = broker.free_port()
        chosen = {
            "kafka_bootstrap_servers": place.bootstrap_servers,
            "topic_prefix": place.topic_prefix,
            "connections_file": str(folder / "connections.yaml"),
            "consumer_group": f"{place.topic_prefix}lago-netsuite",
            "ops_host": "127.0.0.1",
            "ops_port": str(ops_port),
            "log_format": "json",
        }
        environment = _environment(chosen)
        settings = Settings(**chosen)  # type: ignore[arg-type]  # pydantic turns the texts into values
        await topics.create(settings)
        ops = f"http://127.0.0.1:{ops_port}"
        worker = stack.enter_context(_process(["worker"], folder / "worker.log", environment))
        await _until_ready(worker, f"{ops}/readyz", folder / "worker.log")
        group = f"{settings.consumer_group}.{CONNECTION}"
        yield Stage(kafka=place, settings=settings, sandbox=sandbox, ops=ops, group=group)


def _environment(chosen: Mapping[str, str]) -> dict[str, str]:
    return dict(os.environ) | {env_name(field): value for field, value in chosen.items()}


@contextmanager
def _process(
    arguments: list[str], log_file: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with log_file.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "consumer", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(environment),
        )
        try:
            yield process
        finally:
            broker.stop(process)


@asynccontextmanager
async def _sandbox(folder: Path) -> AsyncIterator[str]:
    """The sandbox on a free port; gives its origin, which its first line of output names."""
    log_file = folder / "sandbox.log"
    with _process(["sandbox", "--port", "0"], log_file, _environment({})) as process:
        async with asyncio.timeout(READY_LIMIT_S):
            while not (found := ORIGIN.search(log_file.read_text())):
                _complain_if_ended(process, log_file)
                await asyncio.sleep(LOOK_EVERY_S)
        await _until_ready(process, f"{found[0]}/healthz", log_file)
        yield found[0]


async def _write_connections(folder: Path, sandbox: str, facts: Mapping[str, str]) -> None:
    credentials = await web.get_json(f"{sandbox}/sandbox/credentials")
    auth = credentials["oauth2"]
    key_file = folder / "netsuite.pem"
    key_file.write_text(auth["private_key"])
    text = Template(TEMPLATE.read_text()).substitute(
        facts,
        account_id=credentials["account_id"],
        restlet_url=credentials["restlet_url"],
        client_id=auth["client_id"],
        certificate_id=auth["certificate_id"],
        private_key_file=key_file,
    )
    (folder / "connections.yaml").write_text(text)


async def _until_ready(process: subprocess.Popen[bytes], url: str, log_file: Path) -> None:
    try:
        async with asyncio.timeout(READY_LIMIT_S):
            while (await web.get(url))[0] != 200:
                _complain_if_ended(process, log_file)
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        problem = f"{url} is not ready after {READY_LIMIT_S:.0f} s:\n{_end_of(log_file)}"
        raise StartupError(problem) from None


def _complain_if_ended(process: subprocess.Popen[bytes], log_file: Path) -> None:
    if process.poll() is not None:
        raise StartupError(f"a process ended with status {process.returncode}:\n{_end_of(log_file)}")


def _end_of(log_file: Path) -> str:
    return "\n".join(log_file.read_text().splitlines()[-10:])
