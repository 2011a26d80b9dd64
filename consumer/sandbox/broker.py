"""
A Kafka broker on this machine, for the demo and for tests on machines without Docker and Java.

It is one process of `noida-db` (the ``sandbox`` extra) that listens on 127.0.0.1 only. It replaces Apache
Kafka; correctness is tested on Apache Kafka itself.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from consumer.errors import StartupError

HOST = "127.0.0.1"
START_LIMIT_S = 30.0
STOP_LIMIT_S = 10.0
POLL_EVERY_S, CONNECT_LIMIT_S = 0.02, 0.1
# Registered ports that no system gives to outgoing connections by itself.
FREE_PORTS, ATTEMPTS = range(10_240, 32_768), 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker that listens: its bootstrap address, its process and the file with its own words."""

    address: str
    process: subprocess.Popen[bytes]
    log_file: Path


@contextmanager
def embedded_broker(data_dir: Path, *, port: int = 0) -> Iterator[str]:
    """As `running`; yields the bootstrap address ``127.0.0.1:PORT`` alone."""
    with running(data_dir, port=port) as found:
        yield found.address


@contextmanager
def running(data_dir: Path, *, port: int = 0) -> Iterator[Broker]:
    """
    Run the embedded broker; it is stopped at the end of the block.

    Args:
        data_dir: for its data and its log ``broker.log``; kept when the broker stops.
        port: 0 selects a free one.

    Raises:
        StartupError: `noida-db` is not installed, or does not listen in time.
    """
    port, log_file = port or free_port(), data_dir / "broker.log"
    data_dir.mkdir(parents=True, exist_ok=True)
    with log_file.open("ab") as log:
        # The binary is part of an installed package; no argument comes from outside.
        process = subprocess.Popen(  # noqa: S603 - see above
            _arguments(port, data_dir),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_listening(process, port, log_file=log_file)
            yield Broker(address=f"{HOST}:{port}", process=process, log_file=log_file)
        finally:
            stop(process)


def is_available() -> bool:
    """Whether the embedded broker is installed."""
    return _find() is not None


def free_port() -> int:
    """
    A port of this machine on which no process listens now.

    The system gives the ports from 32,768 on to outgoing connections: one of those may be taken again before
    the caller listens on it, or while its process restarts.

    Raises:
        StartupError: none was found in `ATTEMPTS`.
    """
    for port in random.SystemRandom().sample(FREE_PORTS, ATTEMPTS):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise StartupError(f"no port of {HOST} is free: {ATTEMPTS} of {FREE_PORTS[0]} to {FREE_PORTS[-1]} tried")


def wait_until_listening(process: subprocess.Popen[bytes], port: int, *, log_file: Path) -> None:
    """
    Wait until the port accepts connections, `START_LIMIT_S` at most.

    Raises:
        StartupError: the process ended, or does not listen in time; the message names its log.
    """
    give_up_at_s = time.monotonic() + START_LIMIT_S
    while time.monotonic() < give_up_at_s:
        if process.poll() is not None:
            raise StartupError(f"the broker ended with status {process.returncode}, see {log_file}")
        with socket.socket() as probe:
            probe.settimeout(CONNECT_LIMIT_S)
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(POLL_EVERY_S)
    raise StartupError(
        f"the broker does not listen on {HOST}:{port} after {START_LIMIT_S:.0f} s, see {log_file}"
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the process: SIGTERM, then SIGKILL when it does not end within `STOP_LIMIT_S`."""
    process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_LIMIT_S)


def _find() -> Path | None:
    # The binary itself: the package's command starts it as a child process, which a stop would not end.
    package = find_spec("noida_db")
    if package is None or package.origin is None:
        return None
    binary = Path(package.origin).with_name("noida-db")
    return binary if binary.is_file() else None


def _arguments(port: int, data_dir: Path) -> list[str]:
    command = _find()
    if command is None:
        raise StartupError("the embedded broker is not installed: pip install 'lago-netsuite[sandbox]'")
    if not os.access(command, os.X_OK):  # a wheel does not keep the mode
        command.chmod(0o755)
    place = ["--data-dir", str(data_dir), "--host", HOST]
    return [str(command), "start", "--only", "kafka", "--kafka-port", str(port), *place]
