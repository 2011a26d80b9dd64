"""Every command of the README runs, and prints what the README says it prints."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.support import readme
from tests.support.readme import ROOT, Session

CI = (ROOT / ".ci" / "run").read_text()

# These take minutes or contain this very test, so .ci/run runs them itself, one after the other.
RUN_BY_CI = {"make setup", "make demo", "make check", "make test"}
COMMAND_LIMIT_S = 60


def _sessions_for_this_test() -> list[Session]:
    """Those aside that test_demo.py and tests/deploy/test_wheel.py take."""
    others = [*readme.walk(), readme.month_end()]
    return [each for each in readme.sessions() if each not in others and not set(each.commands) <= RUN_BY_CI]


def test_the_long_commands_of_the_readme_run_in_ci():
    """A command that this file does not run is one that .ci/run calls by the same words."""
    commands = [command for session in readme.sessions() for command in session.commands]

    missing = [each for each in commands if each in RUN_BY_CI and f"\n{each}\n" not in CI]

    assert missing == []
    assert {"make setup", "make demo", "make test"} <= set(commands)


@pytest.mark.parametrize("session", _sessions_for_this_test(), ids=lambda session: session.commands[0])
def test_a_session_of_the_readme_runs_and_shows_what_it_says(session: Session):
    """The commands of one block succeed in one shell and print the lines shown below them."""
    script = "\n".join(each for each in session.commands if each not in RUN_BY_CI)
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
    assert session.unseen(ran.stdout + ran.stderr) == []


def test_the_first_walk_is_short():
    """From pip to a posted invoice in eight commands at most."""
    first, *_ = readme.walk()

    assert first.commands[0].startswith("pip install ")
    assert first.commands[-1].startswith("lago-netsuite send samples/invoice")
    assert len(first.commands) <= 8


def test_the_readme_is_short():
    """A newcomer reads it to the end: at most 300 lines."""
    assert len(readme.TEXT.splitlines()) <= 300
