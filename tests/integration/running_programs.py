"""The NetSuite sandbox and workers as processes of their own, on the broker of this run."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from consumer.config.settings import env_name
from consumer.sandbox.broker import free_port, stop
from tests.support import connection_files
from tests.support.lago import ORGANIZATION_ID

CODE = "netsuite-house"
ORIGIN = re.compile(r"http://127\.0\.0\.1:\d+")
EVENTUALLY_S = 60.0
LOOK_EVERY_S = 0.02

MAPPING = {
    "fallback_item": {"id": "801"},
    "tax": {"mode": "suitetax", "nexus": "9", "type": "5", "code": "6"},
    "currencies": {"EUR": "2", "USD": "1"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The Python that has the program, and the folder in which it runs; ours is that of this checkout."""

    python: str = sys.executable
    folder: Path | None = None


CHECKOUT = Program()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A NetSuite of our own."""

    origin: str
    http: httpx.Client = field(repr=False)

    def get(self, path: str) -> Any:
        return self.http.get(f"{self.origin}/sandbox/{path}").raise_for_status().json()

    def records(self, record_type: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"records?type={record_type}")
        return found

    def strike(self, **fault: Any) -> None:
        self.http.post(f"{self.origin}/sandbox/faults", json=fault).raise_for_status()


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker that has been started."""

    process: subprocess.Popen[bytes]
    log_file: Path
    ops: str

    @property
    def said(self) -> str:
        return self.log_file.read_text()

    def ended(self) -> int:
        """The exit status, waited for."""
        return self.process.wait(EVENTUALLY_S)

    def kill(self) -> None:
        """As the kernel does it when memory is short."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(EVENTUALLY_S)

    def until_ready(self) -> None:
        until(lambda: self.answers("readyz"), because=lambda: self.said)

    def answers(self, path: str) -> bool:
        assert self.process.poll() is None, self.said
        try:
            return httpx.get(f"{self.ops}/{path}", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def sandbox(folder: Path) -> Iterator[Sandbox]:
    """A sandbox with empty books."""
    log_file = folder / "sandbox.log"
    with running(["sandbox", "--port", "0"], log_file, {}), httpx.Client(trust_env=False) as http:
        until(lambda: ORIGIN.search(log_file.read_text()) is not None, because=log_file.read_text)
        found = ORIGIN.search(log_file.read_text())
        assert found is not None
        yield Sandbox(origin=found[0], http=http)


@contextmanager
def worker(
    folder: Path,
    environment: Mapping[str, str],
    *,
    name: str = "worker",
    module: str = "consumer",
    program: Program = CHECKOUT,
) -> Iterator[Worker]:
    """A worker, which is stopped at the end unless it has ended by then."""
    log_file = folder / f"{name}.log"
    ops_port = free_port()
    own = {env_name("ops_host"): "127.0.0.1", env_name("ops_port"): str(ops_port)}
    with running(["worker"], log_file, {**environment, **own}, module=module, program=program) as process:
        yield Worker(process=process, log_file=log_file, ops=f"http://127.0.0.1:{ops_port}")


@contextmanager
def two_workers(folder: Path, environment: Mapping[str, str]) -> Iterator[tuple[Worker, Worker]]:
    """Two of one group."""
    with (
        worker(folder, environment, name="first") as first,
        worker(folder, environment, name="second") as second,
    ):
        yield first, second


async def until_both_ready(first: Worker, second: Worker) -> None:
    await asyncio.to_thread(first.until_ready)
    await asyncio.to_thread(second.until_ready)


@contextmanager
def running(
    arguments: list[str],
    log_file: Path,
    environment: Mapping[str, str],
    *,
    module: str = "consumer",
    program: Program = CHECKOUT,
) -> Iterator[subprocess.Popen[bytes]]:
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [program.python, "-m", module, *arguments],
            cwd=program.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
        try:
            yield process
        finally:
            stop(process)


def environment(
    folder: Path, *, bootstrap_servers: str, topic_prefix: str, connection: Mapping[str, Any], **more: str
) -> dict[str, str]:
    """What a worker needs to know, with its connections.yaml written."""
    connections_file = folder / "connections.yaml"
    connections_file.write_text(json.dumps({"connections": [connection]}))
    settings = {
        "kafka_bootstrap_servers": bootstrap_servers,
        "topic_prefix": topic_prefix,
        "consumer_group": f"{topic_prefix}worker",
        "connections_file": str(connections_file),
        "log_format": "json",
        **more,
    }
    return {env_name(name): value for name, value in settings.items()}


def environment_of_console(
    folder: Path, *, bootstrap_servers: str, topic_prefix: str, port: int, **more: str
) -> dict[str, str]:
    """What a console at this port needs to know, with its connections.yaml written."""
    return environment(
        folder,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=connection_files.settings(),
        console_port=str(port),
        console_state=str(folder / "console.sqlite"),
        ops_port="0",
        **more,
    )


def environment_of(
    folder: Path, netsuite: Sandbox, bootstrap_servers: str, topic_prefix: str, **more: str
) -> dict[str, str]:
    """The same for a worker of the one connection to this sandbox."""
    return environment(
        folder,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=connection(netsuite),
        **more,
    )


def connection(netsuite: Sandbox, **changes: Any) -> dict[str, Any]:
    """The one connection, to this sandbox; JSON is YAML too."""
    credentials = netsuite.get("credentials")
    return {
        "code": CODE,
        "account_id": credentials["account_id"],
        "environment": "sandbox",
        "restlet_url": credentials["restlet_url"],
        "auth": credentials["tba"],
        "lago": {"organization_id": ORGANIZATION_ID, "organization_slug": "acme"},
        "customers": {"create": "on_first_document", "subsidiary": "2"},
        "mapping": MAPPING,
    } | changes


def until(
    claim: Callable[[], bool], *, because: Callable[[], str] = lambda: "", limit_s: float = EVENTUALLY_S
) -> None:
    """Wait for another process to make a claim true; fail with the reason when it does not in time."""
    give_up_at_s = time.monotonic() + limit_s
    while not claim():
        assert time.monotonic() < give_up_at_s, because()
        time.sleep(LOOK_EVERY_S)
