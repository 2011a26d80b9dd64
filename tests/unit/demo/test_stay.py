"""The demo that stays: the port of its console, and a worker that starts anew with a changed file."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from consumer.commands import console_output
from consumer.demo import stay
from consumer.errors import StartupError
from tests.support import connection_files


def test_the_port_that_is_asked_for_is_taken():
    """While it is free."""
    with socket.create_server((stay.HOST, 0)) as other:
        port = other.getsockname()[1]

    assert stay.port_of(port) == port


def test_a_port_that_another_program_has_is_an_error_before_the_demo_begins():
    """Not after the whole month, when the console is to be served on it."""
    with socket.create_server((stay.HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StartupError) as caught:
            stay.port_of(port)

    said = f"cannot listen on {stay.HOST}:{port}: Address already in use; see --console-port"
    assert str(caught.value) == said


def test_0_is_a_free_port():
    """One on which nothing listens."""
    assert stay.port_of(0) > 0


def test_the_usual_port_is_left_to_the_program_that_has_it(monkeypatch: pytest.MonkeyPatch):
    """A free one is taken then."""
    with socket.create_server((stay.HOST, 0)) as other:
        monkeypatch.setattr(stay, "USUAL_PORT", other.getsockname()[1])
        taken = stay.port_of(None)

    assert taken != stay.USUAL_PORT


def test_the_usual_port_is_taken_while_it_is_free(monkeypatch: pytest.MonkeyPatch):
    """So that the address can be learned by heart."""
    with socket.create_server((stay.HOST, 0)) as other:
        port = other.getsockname()[1]
    monkeypatch.setattr(stay, "USUAL_PORT", port)

    assert stay.port_of(None) == port


class Worker:
    """Counts how often it is started anew."""

    def __init__(self) -> None:
        self.starts = 0

    async def restart(self) -> None:
        self.starts += 1
        if self.starts == 2:
            raise StartupError("worker did not become ready")


async def until(condition: Callable[[], bool]) -> None:
    """Let the others go on until it holds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for is printed
            await asyncio.sleep(0)


async def test_the_worker_starts_anew_with_a_changed_file_without_errors(tmp_path: Path):
    """With errors it goes on as it is; each is said."""
    file, worker, printed = tmp_path / "connections.yaml", Worker(), StringIO()
    file.write_text(connection_files.yaml_text())
    out = console_output.ConsoleOutput(file=printed, width=200)
    following = asyncio.create_task(stay.follow(file, worker.restart, out, every_s=0))
    await asyncio.sleep(0)

    file.write_text(connection_files.yaml_text() + "maps: 1\n")
    await until(lambda: "cannot start with it" in printed.getvalue())
    assert worker.starts == 0
    file.write_text(connection_files.yaml_text() + "# changed\n")
    await until(lambda: "the worker has started anew with it." in printed.getvalue())
    file.write_text(connection_files.yaml_text() + "# once more\n")
    await until(lambda: "worker did not become ready" in printed.getvalue())
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)

    assert worker.starts == 2
    assert "is not a known key" in printed.getvalue()
