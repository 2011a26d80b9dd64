"""Commands that a person runs beside the worker: as processes of their own, with the demo's settings."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from typing import IO, Any

from consumer.commands.console_output import ConsoleOutput
from consumer.demo.processes_under_test import Processes

LIMIT_S = 60.0
PIPED_COLUMNS = "160"


async def run(processes: Processes, out: ConsoleOutput, *arguments: str) -> int:
    """Run a command whose output goes to `out`; returns its exit code."""
    show(out, *arguments)
    code, _ = await _run(processes, arguments, out.file, is_terminal=out.is_terminal)
    return code


async def output_of(processes: Processes, *arguments: str) -> tuple[int, str]:
    """Run a command; returns its exit code and its output."""
    return await _run(processes, arguments, PIPE)


def show(out: ConsoleOutput, *arguments: str) -> None:
    """Print a command as a person types it."""
    out.print(f"$ lago-netsuite {' '.join(arguments)}", style="bold")
    out.file.flush()


async def _run(
    processes: Processes, arguments: tuple[str, ...], stdout: IO[Any] | int, *, is_terminal: bool = False
) -> tuple[int, str]:
    width = {} if is_terminal or "COLUMNS" in os.environ else {"COLUMNS": PIPED_COLUMNS}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "consumer", *arguments,
        stdin=DEVNULL,
        stdout=stdout,
        stderr=STDOUT,
        env={**os.environ, **processes.variables, **width},
    )  # fmt: skip
    try:
        async with asyncio.timeout(LIMIT_S):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, (said or b"").decode()
