"""``pause`` and ``resume``: what they say, and what they ask for."""

from __future__ import annotations

import pytest

from consumer import cli
from consumer.commands import connection_pause
from consumer.commands.connection_pause import Answer, Wish
from consumer.limits.pause import Pause, Pauses
from schemas.audit import AuditRecord

BEFORE = Pause(actor="bob", at="2026-11-30T09:00:00Z", reason="audit of the books")


def answer(*, undo: bool, before: Pause | None) -> Answer:
    return Answer(wish=Wish(connection="eu", actor="ada", reason="month end", undo=undo), before=before)


def test_a_pause_says_what_happens_and_how_it_ends():
    """The command that resumes is there to be copied."""
    said = answer(undo=False, before=None)

    assert (said.is_as_before, said.wish.act) == (False, "pause")
    assert said.lines[0] == "Connection eu is paused"
    assert "in their order" in said.lines[2]
    assert said.lines[3].startswith("lago-netsuite resume --connection eu --reason TEXT")


def test_a_resume_says_what_it_ends():
    """Whose pause it was, and why."""
    said = answer(undo=True, before=BEFORE)

    assert (said.is_as_before, said.wish.act) == (False, "resume")
    assert said.lines == (
        "Connection eu goes on within seconds",
        "It was paused by bob since 2026-11-30T09:00:00Z: audit of the books",
    )


@pytest.mark.parametrize(
    ("undo", "before", "line"),
    [
        (False, BEFORE, "Connection eu is paused by bob since 2026-11-30T09:00:00Z: audit of the books"),
        (True, None, "Connection eu is not paused"),
    ],
)
def test_what_is_so_already_is_said_and_nothing_is_done(undo, before, line):
    """The first pause keeps its name and its time."""
    said = answer(undo=undo, before=before)

    assert said.is_as_before
    assert said.lines == (line,)


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_an_empty_reason_is_wrong_usage(capsys, command):
    """It is all that a later reader has."""
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--reason", " "])

    assert ended.value.code == 2
    assert "--reason needs a text" in capsys.readouterr().err


def test_what_is_sent_to_a_paused_connection_waits_and_that_is_said_on_standard_error(capsys):
    """Of those that run nothing is said; a reason of several lines is one."""
    act = AuditRecord(connection="eu", act="pause", actor="bob", at="2026-11-30T09:00:00Z", reason="a\nb")

    connection_pause.warn(Pauses.of_acts([act]), ["us", "eu", "eu"])

    printed = capsys.readouterr()
    assert printed.out == ""
    [line] = printed.err.splitlines()
    assert line.startswith("Connection eu is paused by bob since 2026-11-30T09:00:00Z: a")
    assert line.endswith("What is sent to its topics waits there: lago-netsuite resume")
