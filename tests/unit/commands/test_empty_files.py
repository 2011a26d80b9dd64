"""A file without events is said to be one, by every command that reads files."""

from __future__ import annotations

from functools import partial

import pytest

from tests.support import command_line, connection_files
from tests.support.connection_files import yaml_text

EMPTY = {"empty": "", "an empty list": "[]", "blank lines": "\n\n"}


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    (tmp_path / "connections.yaml").write_text(yaml_text(connection_files.settings()))
    monkeypatch.chdir(tmp_path)
    return partial(command_line.called, capsys)


@pytest.mark.parametrize("content", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize(
    "command",
    [
        ("backtest", "events.json", "--against", "connections.yaml"),
        ("explain", "events.json"),
        ("plan", "events.json"),
        ("preview", "events.json"),
        ("send", "events.json", "--topic", "--wait", "0"),
    ],
    ids=lambda command: command[0],
)
def test_a_file_without_events_is_named(run, tmp_path, command, content):
    (tmp_path / "events.json").write_text(content)

    _, _, err = run(*command)

    assert "events.json: contains no event" in err
