"""`plan` and `explain` on the command line: which options go together, and what they exit with."""

import io
import json
import os
import sys
from functools import partial
from pathlib import Path

import pytest

from consumer.config.settings import PREFIX
from tests.support import command_line, lago
from tests.support.connection_files import settings, yaml_text

POUNDS = lago.invoice_event(content=lago.invoice(currency="GBP"))


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """A command in a folder with connections and events; no settings from the environment of the tests."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "connections.yaml").write_text(yaml_text(settings()))
    (tmp_path / "events.jsonl").write_bytes(lago.invoice_event() + b"\n" + POUNDS)

    return partial(command_line.called, capsys)


def test_a_plan_needs_no_secrets_and_no_broker(run):
    """Files are all it reads; a pipe gets no bar."""
    code, out, err = run("plan", "events.jsonl")

    assert (code, err) == (0, "")
    assert "no NetSuite currency is mapped for GBP" in out
    assert out.rstrip().endswith("Nothing was written.")


def test_a_strict_plan_fails_when_an_event_would_be_rejected(run):
    """For CI over a month of events."""
    assert run("plan", "events.jsonl", "--strict")[0] == 1


def test_requests_are_written_beside_the_json(run, tmp_path):
    """Both at once."""
    code, out, _ = run("plan", "events.jsonl", "--json", "--requests", "requests.jsonl")

    assert (code, json.loads(out)["events"]) == (0, 2)
    assert len((tmp_path / "requests.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name files with Lago events, or --topic to read the input topics\n"),
        (
            ("events.jsonl", "--from", "7d"),
            "--from and --to are times of records on Kafka; they go with --topic\n",
        ),
        (
            ("--topic", "--from", "yesterday"),
            "--from: 'yesterday' is no time like 2026-08-01, 2026-08-01T12:00:00Z, 12h or 7d\n",
        ),
    ],
)
def test_what_does_not_go_together_is_one_sentence(run, arguments, said):
    """Exit code 2, as for every wrong usage."""
    assert run("plan", *arguments) == (2, "", said)


@pytest.mark.parametrize("command", ["plan", "explain"])
def test_a_connection_that_is_not_in_the_file_is_named(run, command):
    """With those that are."""
    code, _, err = run(command, "events.jsonl", "--connection", "netsuite-us")

    assert code == 2
    assert err.startswith("--connection netsuite-us: no such connection")


@pytest.mark.parametrize("command", ["plan", "explain", "preview", "catalog mapping"])
def test_a_file_that_is_not_there_is_named(run, command):
    """It is a wrong usage in every command: exit code 2."""
    code, _, err = run(*command.split(), "missing.json")

    assert (code, err) == (2, "missing.json: No such file or directory; name a file with Lago events\n")


@pytest.mark.parametrize("command", ["plan", "explain", "preview"])
def test_standard_input_is_a_file_too(run, monkeypatch, command):
    """By the name `-`, in each command that takes files of events."""
    events = io.TextIOWrapper(io.BytesIO(Path("events.jsonl").read_bytes()))
    monkeypatch.setattr(sys, "stdin", events)

    code, out, err = run(command, "-")

    assert (code, err) == (0, "")
    assert out == run(command, "events.jsonl")[1]


@pytest.mark.parametrize("command", ["plan", "explain", "preview"])
@pytest.mark.parametrize("content", ["[]", ""])
def test_a_file_without_events_is_named(run, command, content):
    """On standard error, so that what goes on is not changed by it."""
    Path("none.json").write_text(content)

    code, _, err = run(command, "none.json")

    assert (code, err) == (0, "none.json: contains no event\n")


def test_an_explanation_is_printed_as_json_too(run):
    """Its problems one by one."""
    code, out, _ = run("explain", "events.jsonl#2", "--json")

    [problem] = json.loads(out)["problems"]
    assert code == 0
    assert (problem["code"], problem["fix"].split(" at ")[0]) == (
        "unknown_currency",
        "add GBP to mapping.currencies",
    )
