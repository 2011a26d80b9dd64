"""``lago-netsuite sandbox``: NetSuite on this machine."""

from __future__ import annotations

import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import uvicorn

from consumer.commands import next_step
from consumer.errors import ConfigurationError, StartupError
from consumer.ops.http import reason_of
from consumer.sandbox.netsuite import connection_abort
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.console import RESTLET_PATH
from consumer.sandbox.netsuite.http import create_app
from consumer.sandbox.netsuite.profile import Profile

LOOPBACK = "127.0.0.1"


def run(port: int, state: Path | None, profile: str, *, host: str = LOOPBACK) -> None:
    """
    Serve an emulated account until SIGTERM or SIGINT.

    Args:
        port: 0 chooses a free one; the printed line contains it.
        state: file that stores the books over a restart; None keeps them in memory.
        profile: name of a profile that ships with the sandbox, or a path to a JSON file.
        host: the address to listen on. Books and credentials are readable by everyone who can connect, so use
            another than 127.0.0.1 in a network of containers only.

    Raises:
        ConfigurationError: there is no such profile, or it is not one.
        StartupError: the port is taken, or the file of the books cannot be used.
    """
    chosen = _load(profile)
    with closing(_open(chosen, state)) as account, listen(host, port) as listener:
        server = connection_abort.server(create_app(account))
        stop_on_signals(server)
        print(_line(chosen, f"http://{host}:{listener.getsockname()[1]}"), flush=True)
        next_step.say("lago-netsuite worker and lago-netsuite ingest, then lago-netsuite send FILE")
        server.run(sockets=[listener])


def stop_on_signals(server: uvicorn.Server) -> None:
    """Stop on signals that arrive before uvicorn handles them, and on those it raises again at its end."""

    def stop(*_: object) -> None:
        server.should_exit = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _line(profile: Profile, origin: str) -> str:
    script = profile.scripts[0]
    return (
        f"NetSuite sandbox {profile.account_id} at {origin}"
        f" | restlet_url: {origin}{RESTLET_PATH}?script={script.id}&deploy={script.deploy}"
        f" | credentials: {origin}/sandbox/credentials"
    )


def _load(profile: str) -> Profile:
    try:
        return Profile.load(profile)
    except OSError as error:
        raise ConfigurationError([f"--profile {profile}: no such profile and no such file"]) from error
    except ValueError as error:
        raise ConfigurationError([f"--profile {profile}: {error}"]) from error


def _open(profile: Profile, state: Path | None) -> Account:
    try:
        return Account.open(profile, state)
    except sqlite3.Error as error:
        raise StartupError(f"--state {state}: the books cannot be kept there: {error}") from error


def listen(host: str, port: int) -> socket.socket:
    """
    A listening socket.

    Raises:
        StartupError: the port is taken.
    """
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise StartupError(
            f"port {port} of {host} cannot be used: {reason_of(error)}; choose another with --port"
        ) from error
    # Accepted sockets inherit this. asyncio would set it only for sockets that name their protocol, and
    # without it every answer in two parts waits some 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
