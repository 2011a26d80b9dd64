"""Every command of the README runs, and prints what the README says it prints."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
CI = (ROOT / ".ci" / "run").read_text()

# These take minutes or contain this very test, so .ci/run runs them itself, one after the other.
RUN_BY_CI = {"make setup", "make demo", "make check", "make test"}
COMMAND_LIMIT_S = 60


def _sessions() -> list[list[str]]:
    return [block.splitlines() for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)]


def _commands(session: list[str]) -> list[str]:
    return [line.removeprefix("$ ") for line in session if line.startswith("$ ")]


def _expected(session: list[str]) -> list[str]:
    """The lines that a session shows after its commands; ``…`` stands for anything."""
    return [line for line in session if not line.startswith("$ ") and line != "…"]


def _pattern(line: str) -> str:
    return ".*".join(map(re.escape, line.split("…")))


def _sessions_for_this_test() -> list[list[str]]:
    return [session for session in _sessions() if not set(_commands(session)) <= RUN_BY_CI]


def test_the_long_commands_of_the_readme_run_in_ci():
    """A command that this file does not run is one that .ci/run calls by the same words."""
    commands = [command for session in _sessions() for command in _commands(session)]

    missing = [each for each in commands if each in RUN_BY_CI and f"\n{each}\n" not in CI]

    assert missing == []
    assert {"make setup", "make demo", "make test"} <= set(commands)


@pytest.mark.parametrize("session", _sessions_for_this_test(), ids=lambda session: session[0])
def test_a_session_of_the_readme_runs_and_shows_what_it_says(session: list[str]):
    """The commands of one block succeed in one shell and print the lines shown below them."""
    script = "\n".join(each for each in _commands(session) if each not in RUN_BY_CI)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LAGO_NETSUITE_")}
    environment["PATH"] = f"{ROOT / '.venv' / 'bin'}:{environment['PATH']}"

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=COMMAND_LIMIT_S,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    printed = ran.stdout + ran.stderr
    unseen = [line for line in _expected(session) if not re.search(_pattern(line), printed)]
    assert unseen == []


def test_the_readme_is_short():
    """A newcomer reads it to the end: at most 300 lines."""
    assert len(README.splitlines()) <= 300
