"""Malicious and damaged files: each gives one sentence, without delay."""

import json
import os
import re

import pytest

from consumer.commands import event_file
from consumer.config import connections_file
from consumer.config.secret import Secret
from consumer.errors import ConfigurationError
from schemas import envelope
from schemas.envelope import Undecodable
from tests.support import command_line
from tests.support.connection_files import yaml_text

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
)
MERGES = "a0: &a0 {k: v}\n" + "".join(
    f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
)
TRAPS = {
    "a billion laughs": (LAUGHS, "more than 100,000 values"),
    "a billion merges": (MERGES, "more than 100,000 values"),
    "deep lists": ("a: " + "[" * 100_000, "nests deeper than 50 levels"),
    "deep maps": ("{a: " * 20_000, "nests deeper than 50 levels"),
    "deep blocks": ("".join(" " * n + "a:\n" for n in range(400)), "nests deeper than 50 levels"),
    "a little too deep": ("a: " + "[" * 60 + "]" * 60, "nests deeper than 50 levels"),
    "huge": ("# " + "x" * 20_000_000, "larger"),
}


@pytest.mark.parametrize(("text", "said"), TRAPS.values(), ids=TRAPS)
def test_connections_that_are_a_trap(tmp_path, text, said):
    file = tmp_path / "connections.yaml"
    file.write_text(yaml_text() + text if not text.startswith("{") else text)
    with pytest.raises(ConfigurationError) as caught:
        connections_file.load(file)

    assert len(caught.value.problems) == 1
    assert said in str(caught.value)


def test_aliases_in_reason_are_read(tmp_path):
    file = tmp_path / "connections.yaml"
    base = yaml_text().replace(
        "connections:\n- code: netsuite-eu", "connections:\n- &one\n  code: netsuite-eu"
    )
    file.write_text(base)

    assert len(connections_file.load(file)) == 1


@pytest.fixture(params=["directory", "pipe", "device", "huge"])
def trap(request, tmp_path):
    place = tmp_path / "trap"
    match request.param:
        case "directory":
            place.mkdir()
        case "pipe":
            os.mkfifo(place)
        case "device":
            place.symlink_to("/dev/zero")
        case _:
            with place.open("wb") as file:
                file.truncate(10 * 1024**3)
    return place


def test_such_a_secret_is_said_to_be_none(trap):
    with pytest.raises(LookupError, match=re.escape(f"file {trap} ")):
        Secret(f"file:{trap}").reveal()


def test_such_a_connections_file_is_exit_code_2(trap, monkeypatch, capsys):
    monkeypatch.setenv("LAGO_NETSUITE_CONNECTIONS_FILE", str(trap))
    code, _, err = command_line.called(capsys, "preview", __file__)

    assert code == 2
    assert err.count("\n") == 1


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_an_event_that_nests_deeply_is_one_that_cannot_be_decoded(text):
    whole = json.dumps({"webhook_type": "invoice.created"})[:-1] + f', "invoice": {text}' + "}"
    for content in (text, whole):
        [found] = event_file.events(content.encode())
        assert isinstance(envelope.decode(found), Undecodable)
