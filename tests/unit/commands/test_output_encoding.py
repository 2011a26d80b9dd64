"""A locale without UTF-8 ends no command with a traceback, and JSON stays JSON."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from consumer import cli
from consumer.commands import output_encoding
from tests.support import lago
from tests.support.connection_files import settings, yaml_text

BODY = lago.invoice_event()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "connections.yaml").write_text(yaml_text(settings()))
    (tmp_path / "event.json").write_bytes(BODY)
    return tmp_path


@pytest.mark.parametrize("command", ["preview", "explain", "plan"])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_pipe_gets_utf_8(folder, command, encoding):
    """The customer lives in the Torstraße."""
    done = subprocess.run(
        [sys.executable, "-m", "consumer", command, "event.json"],
        cwd=folder,
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(Path(cli.__file__).parents[1])},
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    printed = done.stdout.decode()
    assert command != "preview" or "Torstraße" in json.dumps(json.loads(printed), ensure_ascii=False)


class Terminal(io.TextIOWrapper):
    """A stream on which people look."""

    def isatty(self):
        return True


def test_a_terminal_that_is_not_utf_8_gets_escapes(monkeypatch):
    """It would show UTF-8 as other signs."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(written, encoding="ascii"))

    output_encoding.settle()
    sys.stdout.write("Torstraße …\n")
    sys.stdout.flush()

    assert written.getvalue() == b"Torstra\\xdfe \\u2026\n"
    assert sys.stdout.encoding == "ascii"


def test_a_terminal_of_utf_8_is_left_as_it_is(monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(written, encoding="UTF-8"))

    output_encoding.settle()

    assert sys.stdout.errors == "strict"
