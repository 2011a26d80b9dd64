"""A program that does not start is reported with the end of its log, and leaves no process."""

import os
import re

import pytest

from consumer.demo import http
from consumer.demo.process import Program, running
from consumer.errors import StartupError

NOBODY = "http://127.0.0.1:9/readyz"


@pytest.fixture
def log_file(tmp_path):
    return tmp_path / "program.log"


async def test_a_program_that_ends_before_it_is_ready_says_why(log_file):
    """The person at the terminal need not look for a file."""
    program = Program("no-such-command", log_file=log_file, environment={}, ready_url=NOBODY)

    with pytest.raises(StartupError, match=r"(?s)no-such-command ended with status 2:.*No such command"):
        async with running(program):
            pytest.fail("nothing is ready")


async def test_what_a_program_prints_can_be_waited_for(log_file):
    """The sandbox says so where it listens."""
    program = Program("--version", log_file=log_file, environment={})

    async with running(program):
        assert await program.until_printed(re.compile(r"lago-netsuite \d+")) == "lago-netsuite 0"


async def test_a_program_that_says_something_else_and_ends_is_a_failure(log_file):
    program = Program("--version", log_file=log_file, environment={})

    async with running(program):
        with pytest.raises(StartupError, match="ended with status 0"):
            await program.until_printed(re.compile("something else"))


async def test_a_program_that_was_never_started_can_be_stopped(log_file):
    """What fails in the middle of a start stops all of them."""
    await Program("sandbox", log_file=log_file, environment={}).stop()

    assert not log_file.exists()


async def test_programs_are_stopped_together_with_those_beside_them(log_file):
    """Each takes a few tenths of a second to stop."""
    beside = Program("sandbox", "--port", "0", log_file=log_file, environment={})
    beside.start()

    async with running(beside=[beside]):
        await beside.until_printed(re.compile("NetSuite sandbox"))

    with pytest.raises(ProcessLookupError):
        os.kill(beside.pid, 0)


async def test_a_program_that_has_ended_is_not_ready_though_another_answers(log_file, monkeypatch):
    """A port that was free a second ago may be another process's now."""

    async def another(_: str) -> tuple[int, str]:
        return 200, "ready"

    monkeypatch.setattr(http, "get", another)
    program = Program("--version", log_file=log_file, environment={}, ready_url=NOBODY)
    program.start()
    await program.until_printed(re.compile("lago-netsuite"))
    await program.stop()

    with pytest.raises(StartupError, match="ended with status"):
        await program.until_ready()
