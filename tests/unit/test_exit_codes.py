"""The exit codes are the same everywhere: 0 done, 1 ran and failed, 2 wrong configuration or usage."""

from __future__ import annotations

import os
import re
import signal
from functools import partial

import pytest
import typer

from consumer import cli
from consumer.config.settings import PREFIX
from consumer.sandbox.broker import free_port
from tests.support import command_line, connection_files, lago
from tests.support.connection_files import yaml_text

EVENT = "event.json"
REASON = ("--reason", "a test")
COMMANDS = {
    "adopt": (),
    "audit": (),
    "audit export": (),
    "audit verify": (),
    "backfill": (),
    "backtest": (EVENT, "--against", "connections.yaml"),
    "catalog": ("items",),
    "check": (),
    "console": (),
    "demo": (),
    "errors": (),
    "errors assign": ("error-1", "--to", "me", *REASON),
    "errors close": ("error-1", *REASON),
    "errors list": (),
    "errors note": ("error-1", "--text", "seen"),
    "errors reopen": ("error-1", *REASON),
    "errors show": ("error-1",),
    "explain": (EVENT,),
    "ingest": (),
    "init": ("walk",),
    "pause": REASON,
    "plan": (EVENT,),
    "preview": (EVENT,),
    "reconcile": (),
    "reconcile accept": ("0123456789ab", *REASON),
    "reconcile sign-off": ("--month", "2026-08", *REASON),
    "rehearsal forward": (),
    "rehearsal play": (".",),
    "rehearsal prepare": (".",),
    "relay": (),
    "relay test": ("finance",),
    "replay": (),
    "replays": (),
    "replays cancel": ("0123456789abcdef", *REASON),
    "replays pause": ("0123456789abcdef", *REASON),
    "replays resume": ("0123456789abcdef", *REASON),
    "resume": REASON,
    "sandbox": ("--port", "0"),
    "sandbox kafka": ("--port", "0"),
    "sandbox lago": ("--port", "0"),
    "send": (EVENT,),
    "status": (),
    "topics create": (),
    "worker": (),
}
# They ask Lago or NetSuite first, or nobody at all.
WITHOUT_KAFKA = {
    "adopt", "backfill", "backtest", "catalog", "check", "console", "demo", "explain", "init", "plan",
    "preview", "reconcile", "reconcile accept", "rehearsal forward", "rehearsal play",
    "rehearsal prepare", "relay test", "sandbox", "sandbox kafka", "sandbox lago", "worker",
}  # fmt: skip
WITHOUT_SETTINGS = {"init", "rehearsal forward", "rehearsal prepare", "sandbox", "sandbox lago"}
OF_THE_DEMO = {"demo", "rehearsal play"}


def _leaves(group, path=()):
    for name, command in group.commands.items():
        is_group = hasattr(command, "commands")
        if not is_group or command.invoke_without_command:
            yield " ".join((*path, name))
        if is_group:
            yield from _leaves(command, (*path, name))


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """A folder with all that a command needs, and nothing that answers."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name in ("CLIENT_ID", "CLIENT_SECRET", "TOKEN_ID", "TOKEN_SECRET"):
        monkeypatch.setenv(f"NETSUITE_{name}", "x")
    nobody = f"http://127.0.0.1:{free_port()}"
    entry = connection_files.settings(
        restlet_url=f"{nobody}/restlet.nl?script=1&deploy=2",
        lago={"api_url": nobody, "api_key": "k", "webhook_hmac_key": "k"},
        webhooks=[{"id": "finance", "url": f"{nobody}/", "secret": "s", "allow_http": True}],
    )
    (tmp_path / "connections.yaml").write_text(yaml_text(entry))
    (tmp_path / EVENT).write_bytes(lago.invoice_event())
    monkeypatch.setenv("LAGO_NETSUITE_KAFKA_BOOTSTRAP_SERVERS", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("LAGO_NETSUITE_KAFKA_WAIT_S", "0")
    monkeypatch.chdir(tmp_path)
    handlers = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)]
    yield partial(command_line.called, capsys)
    for each, handler in zip((signal.SIGTERM, signal.SIGINT), handlers, strict=True):
        signal.signal(each, handler)


def test_this_table_has_every_command():
    assert set(_leaves(typer.main.get_command(cli.app))) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_an_option_that_does_not_exist_is_wrong_usage(run, command):
    code, out, err = run(*command.split(), *COMMANDS[command], "--nothing")

    assert (code, out) == (2, "")
    assert "--nothing" in err


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - WITHOUT_SETTINGS - OF_THE_DEMO))
def test_a_setting_that_does_not_exist_is_a_wrong_configuration(run, monkeypatch, command):
    monkeypatch.setenv("LAGO_NETSUITE_TOPIC_PREFX", "x")

    code, out, err = run(*command.split(), *COMMANDS[command])

    assert code == 2
    assert err == "LAGO_NETSUITE_TOPIC_PREFX: is not a setting, did you mean 'LAGO_NETSUITE_TOPIC_PREFIX'?\n"
    assert out == "" or command == "check"


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - WITHOUT_KAFKA))
def test_a_kafka_that_is_not_there_is_a_failure_and_one_sentence(run, command):
    code, out, err = run(*command.split(), *COMMANDS[command])

    assert code == 1
    assert re.fullmatch(r"Kafka cannot be reached at \S+ \(LAGO_NETSUITE_KAFKA_\w+\): [^\n]+\n", err), err
    assert [line for line in out.splitlines() if not line.startswith("{")] == []


@pytest.mark.parametrize("command", ["ingest", "relay", "worker"])
def test_a_process_waits_for_a_kafka_that_is_not_there_before_it_fails(run, monkeypatch, command):
    """Both may be starting at the same time; what it waits for is logged."""
    monkeypatch.setenv("LAGO_NETSUITE_KAFKA_WAIT_S", "0.8")

    code, out, err = run(command)

    assert code == 1
    assert err.startswith("Kafka cannot be reached at ")
    assert "kafka_not_there_yet" in out


@pytest.mark.parametrize("command", ["catalog", "reconcile accept", "relay test", "worker"])
def test_nobody_who_answers_is_a_failure_without_a_traceback(run, command):
    """Whoever is asked first; Lago is asked for minutes by those that read it."""
    code, _, err = run(*command.split(), *COMMANDS[command])

    assert code == 1
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["check", "explain", "init", "plan", "preview", "backtest"])
def test_what_needs_nobody_is_done(run, command):
    assert run(*command.split(), *COMMANDS[command])[0] == 0
