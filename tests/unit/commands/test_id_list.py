"""``-`` stands for the ids on standard input, wherever a command takes a list of them."""

from __future__ import annotations

import io
import sys

import pytest
import typer

from consumer import cli
from consumer.commands import error_closing, id_list, replay
from consumer.errors import ConfigurationError


@pytest.fixture
def piped(monkeypatch):
    """Bytes on standard input."""

    def pipe(content: bytes):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return pipe


@pytest.mark.parametrize(
    ("given", "content", "found"),
    [
        (["a", "b", "a"], b"", ["a", "b"]),
        (["-"], b"a\r\n\n  b \na\n", ["a", "b"]),
        (["c", "-"], b"\xef\xbb\xbfa", ["c", "a"]),
        (["-"], b"customer 1, Acme\n\xff\n", ["customer 1, Acme", r"\xff"]),
        (None, b"a", None),
        ([], b"a", []),
    ],
)
def test_ids_are_taken_from_arguments_and_from_lines_each_once(piped, given, content, found):
    """Without empty lines, spaces around them or a byte order mark."""
    piped(content)

    assert id_list.of(given) == found


def test_an_empty_list_ends_the_command_instead_of_meaning_everything(piped, capsys):
    """That is said; nothing to do is no failure."""
    piped(b"\n \n")

    with pytest.raises(typer.Exit) as ended:
        id_list.of(["-"])

    assert ended.value.exit_code == 0
    assert capsys.readouterr().err == "standard input: contains no id\n"


def test_a_list_that_is_too_large_is_refused(piped, monkeypatch):
    """Nothing is read without a limit."""
    monkeypatch.setattr(id_list, "LIMIT_BYTES", 1_024)
    piped(b"a\n" * 600)

    with pytest.raises(ConfigurationError, match="standard input: it is larger than 1 KiB"):
        id_list.of(["-"])


def test_failures_are_closed_by_the_ids_on_standard_input(piped, monkeypatch):
    """As they come from `errors list --json` through a filter."""
    asked = []

    async def run(_, wish):
        asked.append(wish)
        return 0

    monkeypatch.setattr(error_closing, "run", run)
    piped(b"error-1\nerror-2\n")
    with pytest.raises(SystemExit) as ended:
        cli.main(["errors", "close", "-", "--reason", "entered twice"])

    assert ended.value.code == 0
    assert [tuple(each.ids) for each in asked] == [("error-1", "error-2")]


def test_a_replay_of_an_empty_list_replays_nothing(piped, monkeypatch):
    """No filter at all would replay everything."""

    async def run(*_):
        raise AssertionError("must not run")

    monkeypatch.setattr(replay, "run", run)
    piped(b"")
    with pytest.raises(SystemExit) as ended:
        cli.main(["replay", "--id", "-", "--go"])

    assert ended.value.code == 0
