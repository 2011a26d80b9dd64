"""After the demo: everything goes on, with the console on its topics, until somebody ends it."""

from __future__ import annotations

import asyncio
import shlex
import signal
import socket
from contextlib import AsyncExitStack
from pathlib import Path

from consumer.commands.console_output import ConsoleOutput
from consumer.config import private_file
from consumer.config.settings import Settings, env_name
from consumer.demo.process import Program, running
from consumer.demo.processes_under_test import HOST, Processes
from consumer.sandbox.broker import free_port

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
        out.print(f"Every command on it: set -a; . {_settings(processes, folder)}; set +a", soft_wrap=True)
        out.print("All of it goes on until Ctrl-C.")
        out.file.flush()
        await stopping.wait()


def port_of(asked: int | None) -> int:
    """The port that is asked for; of none the usual one, or a free one while another program has it."""
    if asked is not None:
        return asked or free_port()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, USUAL_PORT))
        except OSError:
            return free_port()
    return USUAL_PORT


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
