"""After the demo: everything goes on, with the console on its topics, until somebody ends it."""

from __future__ import annotations

import asyncio
import shlex
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from consumer.commands.console_output import ConsoleOutput
from consumer.config import bounded_file, connections_file, private_file
from consumer.config.settings import Settings, env_name
from consumer.demo.process import Program, running
from consumer.demo.processes_under_test import HOST, Processes
from consumer.errors import LagoNetsuiteError, StartupError
from consumer.ops.http import reason_of
from consumer.sandbox.broker import free_port

LOOK_EVERY_S = 1.0
SETTINGS = "demo.env"
USUAL_PORT: int = Settings.model_fields["console_port"].default


async def stay(processes: Processes, folder: Path, out: ConsoleOutput, *, port: int | None) -> None:
    """
    Serve the console beside the processes of the demo until SIGINT or SIGTERM.

    Args:
        processes: what goes on.
        folder: for the console's tables and log.
        out: where the addresses are printed.
        port: of the console; None serves none.

    Raises:
        StartupError: the console does not become ready; the message has the end of its log.
    """
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stopping.set)
    async with AsyncExitStack() as stack:
        out.print()
        out.print(f"NetSuite's books: {processes.sandbox}/sandbox/records?type=invoice", soft_wrap=True)
        if port is not None:
            console = _console(processes, folder, port)
            await stack.enter_async_context(running(console))
            out.print(f"The console: http://{HOST}:{port}/", style="bold")
        file = Path(processes.variables[env_name("connections_file")])
        out.print(f"The worker starts anew when this file changes: {file}", soft_wrap=True)
        out.print(f"Every command on it: set -a; . {_settings(processes, folder)}; set +a", soft_wrap=True)
        out.print("All of it goes on until Ctrl-C.")
        out.file.flush()
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(follow(file, lambda: processes.worker.restart({}), out))
            await stopping.wait()
            following.cancel()


async def follow(
    file: Path, restart: Callable[[], Awaitable[None]], out: ConsoleOutput, *, every_s: float = LOOK_EVERY_S
) -> None:
    """
    Start the worker anew whenever the connections file has changed and is without errors, until cancelled.

    Args:
        file: the connections file.
        restart: starts the worker anew; it may raise StartupError.
        out: where it is printed what became of a change.
        every_s: how often to look.
    """
    known = _content(file)
    while True:
        await asyncio.sleep(every_s)
        content = _content(file)
        if content == known:
            continue
        known = content
        try:
            connections_file.load(file)
            await restart()
        except LagoNetsuiteError as error:
            out.print(
                f"{file.name} has changed, and the worker cannot start with it: {error}", soft_wrap=True
            )
        else:
            out.print(f"{file.name} has changed: the worker has started anew with it.")
        out.file.flush()


def _content(file: Path) -> bytes:
    try:
        return bounded_file.read_bytes(file, bounded_file.CONFIGURATION_LIMIT_BYTES)
    except OSError:
        return b""


def port_of(asked: int | None) -> int:
    """
    The port that is asked for; of none the usual one, or a free one while another program has it.

    Raises:
        StartupError: another program has the port that is asked for; found before the demo, not after it.
    """
    if asked is None:
        return free_port() if _refusal(USUAL_PORT) else USUAL_PORT
    if refusal := _refusal(asked):
        raise StartupError(f"cannot listen on {HOST}:{asked}: {reason_of(refusal)}; see --console-port")
    return asked or free_port()


def _refusal(port: int) -> OSError | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return error
    return None


def _settings(processes: Processes, folder: Path) -> Path:
    """A file that sets the variables of the demo's processes in a shell."""
    file = folder / SETTINGS
    own = {**processes.variables, env_name("ops_port"): "0"}
    private_file.write(file, "".join(f"{name}={shlex.quote(value)}\n" for name, value in own.items()))
    return file


def _console(processes: Processes, folder: Path, port: int) -> Program:
    own = {
        "console_host": HOST,
        "console_port": str(port),
        "console_state": str(folder / "console.sqlite"),
        "ops_port": "0",
    }
    variables = {env_name(field): value for field, value in own.items()}
    return Program(
        "console",
        log_file=folder / "console.log",
        environment={**processes.variables, **variables},
        ready_url=f"http://{HOST}:{port}/healthz",
    )
