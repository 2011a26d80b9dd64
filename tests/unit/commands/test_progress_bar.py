"""A bar of progress is for a terminal: logs and pipes stay free of it."""

from __future__ import annotations

import io

import pytest

from consumer.commands import progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, **options: bool) -> str:
    monkeypatch.setattr("sys.stderr", stream)
    with progress_bar.on_terminal(**options) as bars:
        bars.advance(bars.add_task("replaying", total=2), 2)
    return stream.getvalue()


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"])
def test_nothing_is_written_into_a_pipe(monkeypatch: pytest.MonkeyPatch, variable):
    """Not even with the variables by which CI systems ask for colours."""
    monkeypatch.setenv(variable, "1" if variable != "COLUMNS" else "80")

    assert written(monkeypatch, io.StringIO()) == ""


def test_a_terminal_has_the_bar(monkeypatch: pytest.MonkeyPatch):
    """Unless the command is to be quiet."""
    monkeypatch.setenv("TERM", "xterm")

    assert "replaying" in written(monkeypatch, Terminal())
    assert written(monkeypatch, Terminal(), is_quiet=True) == ""
