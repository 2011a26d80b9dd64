"""Commands of lago-netsuite as child processes: start them, wait until they are ready, stop them."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from consumer.demo import http
from consumer.errors import StartupError
from consumer.sandbox import broker

READY_LIMIT_S = 90.0
LOOK_EVERY_S = 0.05
SHOWN_LINES = 10


class Program:
    """
    One command of `lago-netsuite`, running or not.

    Attributes:
        log_file: its output, appended over all its runs.
        ready_url: responds with 200 once the process is ready.
    """

    def __init__(
        self, *arguments: str, log_file: Path, environment: Mapping[str, str], ready_url: str = ""
    ) -> None:
        self.log_file = log_file
        self.ready_url = ready_url
        self._arguments = arguments
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process without waiting for it."""
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-m", "consumer", *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self._environment},
            )

    async def until_ready(self) -> None:
        """
        Wait until `ready_url` responds with 200, `READY_LIMIT_S` at most.

        Raises:
            StartupError: it ended, or took too long; with the end of its log.
        """
        try:
            async with asyncio.timeout(READY_LIMIT_S):
                # Another process may have taken the port meanwhile, and answer in its place.
                while (await http.get(self.ready_url))[0] != 200 or self._has_ended:
                    await self._look_again(has_ended=self._has_ended)
        except TimeoutError:
            raise self._failure(f"is not ready after {READY_LIMIT_S:.0f} s") from None

    async def until_printed(self, pattern: re.Pattern[str]) -> str:
        """
        Wait for output that matches `pattern`, `READY_LIMIT_S` at most; returns the match.

        Raises:
            StartupError: it ended, or took too long; with the end of its log.
        """
        try:
            async with asyncio.timeout(READY_LIMIT_S):
                while True:
                    has_ended = self._has_ended
                    if found := pattern.search(self.log_file.read_text()):
                        return found[0]
                    await self._look_again(has_ended=has_ended)
        except TimeoutError:
            raise self._failure(f"says nothing after {READY_LIMIT_S:.0f} s") from None

    async def restart(self, changes: Mapping[str, str]) -> None:
        """
        Stop it by SIGTERM, start it with changed environment variables, and wait until it is ready.

        Raises:
            StartupError: as `until_ready`.
        """
        await self.stop()
        self._environment = {**self._environment, **changes}
        self.start()
        await self.until_ready()

    async def stop(self) -> None:
        """Stop it if it runs: SIGTERM, then SIGKILL when it does not end."""
        await asyncio.to_thread(self.stop_now)

    def stop_now(self) -> None:
        """As `stop`, where there is no event loop."""
        if self._process is not None:
            broker.stop(self._process)

    @property
    def pid(self) -> int:
        """Of the last start; 0 before the first."""
        return self._process.pid if self._process is not None else 0

    @property
    def _has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    async def _look_again(self, *, has_ended: bool) -> None:
        if has_ended and self._process is not None:
            raise self._failure(f"ended with status {self._process.returncode}")
        await asyncio.sleep(LOOK_EVERY_S)

    def _failure(self, what: str) -> StartupError:
        tail = "\n".join(self.log_file.read_text().splitlines()[-SHOWN_LINES:])
        return StartupError(f"{self._arguments[0]} {what}:\n{tail}")


@asynccontextmanager
async def running(*programs: Program, beside: Sequence[Program] = ()) -> AsyncIterator[None]:
    """
    Run the programs while the block runs: all are ready when it begins, and all are stopped when it ends.

    Args:
        programs: started here.
        beside: those that run already and are stopped at the same time.

    Raises:
        StartupError: one does not become ready.
    """
    try:
        for each in programs:
            each.start()
        for each in programs:
            if each.ready_url:
                await each.until_ready()
        yield
    finally:
        await asyncio.gather(*(each.stop() for each in (*programs, *beside)))
