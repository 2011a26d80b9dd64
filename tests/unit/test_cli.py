"""What people see of the command line: sentences and exit codes, never a traceback."""

import json
import logging
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import typer

from consumer import __version__, cli
from consumer.commands import check
from consumer.config.settings import PREFIX
from consumer.errors import ConfigurationError, ContractError, StartupError
from consumer.sandbox.broker import free_port
from tests.support import command_line

NESTED = ExceptionGroup("within tasks", [StartupError("two")])
CONNECTIONS = """\
connections:
  - code: netsuite-eu
    account_id: 1234567_SB1
    environment: sandbox
    restlet_url: http://127.0.0.1:8460/restlet.nl?script=1&deploy=2
    auth: {type: tba, client_id: literal-id, client_secret: env:CLIENT_SECRET, token_id: env:TOKEN,
           token_secret: "x1"}
    lago: {organization_id: org-1}
    sync: {payments: false}
"""


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    """An empty folder, and no settings from the environment of the tests."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CLIENT_SECRET", "hunter2")
    monkeypatch.delenv("TOKEN", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def logs_of_its_own(monkeypatch):
    """Another test may have left a handler behind whose stream is closed."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])


@pytest.fixture
def run(capsys):
    return partial(command_line.called, capsys)


@pytest.fixture
def fails_with(monkeypatch):
    """Makes `check` end with an error of the test's choice."""

    def arrange(error):
        def stumble(*_, **__):
            raise error

        monkeypatch.setattr(check, "run", stumble)

    return arrange


def test_the_version_is_printed(run):
    assert run("--version") == (0, f"lago-netsuite {__version__}\n", "")


def test_help_names_every_command(run):
    """The list is the first thing people look at."""
    code, out, _ = run("--help")

    assert code == 0
    for command in ("worker", "preview", "check", "sandbox", "demo", "topics"):
        assert f" {command} " in out


def _commands(group, path=()):
    for name, command in group.commands.items():
        yield (*path, name), command
        yield from _commands(command, (*path, name)) if hasattr(command, "commands") else ()


@pytest.mark.parametrize(
    ("path", "command"),
    [pytest.param(*each, id=" ".join(each[0])) for each in _commands(typer.main.get_command(cli.app))],
)
def test_every_command_says_in_one_sentence_what_it_does(path, command):
    sentence = command.help

    assert re.fullmatch(r"[A-Z][^\n]{10,110}\.", sentence), path
    assert ". " not in sentence


@pytest.mark.parametrize(
    "path",
    [(), *(path for path, _ in _commands(typer.main.get_command(cli.app)))],
    ids=lambda path: " ".join(path) or "none",
)
def test_help_fits_80_columns_and_shows_flags_as_flags(run, monkeypatch, path):
    """`--go` takes no value, so that none is named after it."""
    monkeypatch.setenv("COLUMNS", "80")

    code, out, err = run(*path, "--help")

    assert (code, err) == (0, "")
    assert "<bool>" not in out
    assert max(len(line) for line in out.splitlines()) <= 80


def test_the_shell_completes_commands():
    """As bash asks for it, once the completion is installed."""
    asked = {"_LAGO_NETSUITE_COMPLETE": "complete_bash", "COMP_WORDS": "lago-netsuite rec", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "consumer"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(cli.__file__).parents[1],
        env=os.environ | asked,
    )

    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["reconcile"], "")


def test_help_imports_nothing_heavy():
    """It should answer at once; aiokafka and httpx alone take longer than that."""
    script = (
        "import sys\n"
        "from consumer import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'aiokafka', 'httpx', 'pydantic', 'starlette', 'quickjs'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(cli.__file__).parents[1],
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("workr",), "No such command 'workr'"),
        (("worker", "--conection", "x"), "--connection"),
        (("worker", "extra"), "extra"),
        (("topics", "make"), "No such command 'make'"),
        (("catalog",), "Missing argument 'KIND'"),
        (("catalog", "items", "--csv", "--json"), "--csv and --json exclude each other\n"),
        (("catalog", "items", "event.json"), "event.json: files of events go with the kind mapping only\n"),
        (("plan",), "name files with Lago events, or --topic"),
        (("replay", "--since", "soon"), "'soon' is no time like"),
        (("replay", "--rate", "0"), "--rate"),
        (("relay", "test"), "Missing argument 'ENDPOINT'"),
        (("sandbox", "--port", "70000"), "65535"),
        (("sandbox", "--profile", "nowhere"), "--profile nowhere: no such profile and no such file\n"),
        (("demo", "--seed", "x"), "--seed"),
        (("rehearsal", "play", "nowhere"), "nowhere"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_usage_error_names_what_is_wrong(run, arguments, said):
    """Exit code 2, nothing on standard output, no traceback."""
    code, out, err = run(*arguments)

    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "connections.yaml is not UTF-8 text\n"),
        (b"connections: [\n  - a", "connections.yaml:2: is not YAML: "),
        (b"", "connections.yaml:1: is empty, expected the key connections\n"),
    ],
)
def test_a_file_that_is_no_configuration_is_named_with_its_line(run, place, content, said):
    (place / "connections.yaml").write_bytes(content)

    code, out, err = run("worker")

    assert (code, out) == (2, "")
    assert err.startswith(said)


def test_a_kafka_that_is_not_there_is_a_sentence_that_names_the_setting(run, monkeypatch):
    """The sentence alone: what aiokafka says of each socket is not logged."""
    server = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("LAGO_NETSUITE_KAFKA_BOOTSTRAP_SERVERS", server)

    code, out, err = run("topics", "create")

    assert (code, out) == (1, "")
    assert err == (
        f"Kafka cannot be reached at {server} (LAGO_NETSUITE_KAFKA_BOOTSTRAP_SERVERS): "
        "no broker takes the connection\n"
    )
    assert "Traceback" not in err


def test_a_netsuite_that_is_not_there_is_a_sentence_that_names_the_line(run, place, monkeypatch):
    monkeypatch.setenv("TOKEN", "t")
    (place / "connections.yaml").write_text(CONNECTIONS.replace(":8460/", f":{free_port()}/"))

    code, out, err = run("catalog", "items")

    assert (code, out) == (1, "")
    assert err == (
        "connection netsuite-eu at connections.yaml:5: NetSuite does not answer the question: "
        "ConnectError: 127.0.0.1 refuses the connection: nothing listens there, or a firewall stands "
        "between\n"
    )


@pytest.mark.parametrize("state", [".", "nowhere/books.sqlite", "event.json"])
def test_books_that_cannot_be_kept_are_named(run, place, state):
    """A folder, a path that leads nowhere, and a file that is something else."""
    (place / "event.json").write_text("{}" * 1000)

    code, out, err = run("sandbox", "--port", "0", "--state", state)

    assert (code, out) == (1, "")
    assert err.startswith(f"--state {state}: the books cannot be kept there: ")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ConfigurationError(["a.yaml:3: wrong", "a.yaml:9: also"]), 2, "a.yaml:3: wrong\na.yaml:9: also\n"),
        (StartupError("Kafka cannot be reached"), 1, "Kafka cannot be reached\n"),
        (ContractError("the RESTlet answered nonsense"), 1, "the RESTlet answered nonsense\n"),
        (ExceptionGroup("tasks", [StartupError("one"), NESTED]), 1, "one\ntwo\n"),
        (ExceptionGroup("tasks", [StartupError("one"), ConfigurationError(["two"])]), 2, "one\ntwo\n"),
    ],
)
def test_an_error_of_ours_is_a_sentence_and_an_exit_code(run, fails_with, error, code, said):
    """Each sentence on a line of its own, on standard error, without a traceback."""
    fails_with(error)

    assert run("check") == (code, "", said)


def test_a_defect_of_ours_keeps_its_traceback(fails_with):
    """What nobody foresaw must not look like a wrong configuration."""
    fails_with(ZeroDivisionError("a defect"))

    with command_line.logs_as_before(), pytest.raises(ZeroDivisionError):
        cli.main(["check"])


@pytest.mark.parametrize("command", [("worker",), ("preview", "event.json"), ("topics", "create")])
def test_a_misspelt_setting_stops_every_command(run, place, monkeypatch, command):
    """Nothing may start on half of what was meant."""
    monkeypatch.setenv("LAGO_NETSUITE_TOPIC_PREFX", "x")
    (place / "event.json").write_text("{}")

    code, _, err = run(*command)

    assert code == 2
    assert err == (
        "LAGO_NETSUITE_TOPIC_PREFX: is not a setting, did you mean 'LAGO_NETSUITE_TOPIC_PREFIX'?\n"
    )


def test_a_worker_without_connections_says_how_to_name_the_file(run):
    code, out, err = run("worker")

    assert (code, out) == (2, "")
    assert err == "there is no file connections.yaml; name it with LAGO_NETSUITE_CONNECTIONS_FILE\n"


def test_a_worker_is_not_started_with_a_code_that_is_not_in_the_file(run, place):
    (place / "connections.yaml").write_text(CONNECTIONS)

    code, _, err = run("worker", "--connection", "netsuite-us")

    assert code == 2
    assert err.startswith("--connection netsuite-us: no such connection")
    assert "known: netsuite-eu" in err


def test_a_worker_is_not_started_without_its_secrets(run, place):
    (place / "connections.yaml").write_text(CONNECTIONS)

    code, _, err = run("worker")

    assert code == 2
    assert err == (
        "connections.yaml:6: connection netsuite-eu: auth.token_id: environment variable TOKEN is not set\n"
    )


def test_a_preview_of_a_file_that_is_not_there_is_a_usage_error(run, place):
    (place / "connections.yaml").write_text(CONNECTIONS)

    code, _, err = run("preview", "nowhere.json")

    assert code == 2
    assert "nowhere.json" in err


class TestCheck:
    """`check` shows what is in effect and everything that is wrong with it."""

    def test_what_works_but_not_for_all_is_a_warning_and_no_failure(self, run, place, monkeypatch):
        """Without Lago's API, payments that have no event of their own are not booked."""
        monkeypatch.setenv("TOKEN", "hunter3")
        (place / "connections.yaml").write_text(CONNECTIONS.replace("payments: false", "payments: true"))

        code, _, err = run("check")

        assert code == 0
        assert err.startswith("warning: connections.yaml:")

    def test_it_shows_settings_and_connections_with_secrets_masked(self, run, place, monkeypatch):
        """References may be seen, values may not."""
        monkeypatch.setenv("TOKEN", "hunter3")
        monkeypatch.setenv("LAGO_NETSUITE_KAFKA_SASL_PASSWORD", "hunter4")
        (place / "connections.yaml").write_text(CONNECTIONS)

        code, out, err = run("check")

        assert (code, err) == (0, "")
        assert "LAGO_NETSUITE_CONSUMER_GROUP" in out
        assert "1234567_SB1" in out
        assert "env:CLIENT_SECRET" in out
        assert "Everything is in place." in out
        assert not [secret for secret in ("hunter", "literal-id", "x1") if secret in out]

    def test_it_names_secrets_that_lead_nowhere_and_exits_2(self, run, place):
        (place / "connections.yaml").write_text(CONNECTIONS)

        code, out, err = run("check")

        assert code == 2
        assert "environment variable TOKEN is not set" in err
        assert "1 to mend." in out

    def test_it_still_shows_the_settings_when_the_file_is_wrong(self, run, place):
        (place / "connections.yaml").write_text("connections: []")

        code, out, err = run("check")

        assert code == 2
        assert "LAGO_NETSUITE_CONSUMER_GROUP" in out
        assert err == "connections.yaml:1: connections: names no connection\n"

    def test_as_json_it_is_read_by_programs(self, run, place):
        (place / "connections.yaml").write_text(CONNECTIONS)

        code, out, _ = run("check", "--json")

        findings = json.loads(out)
        assert code == 2
        assert findings["settings"]["LAGO_NETSUITE_OPS_PORT"] == "8080"
        assert findings["connections"][0]["auth"]["client_id"] == "********"
        assert len(findings["problems"]) == 1

    def test_it_can_be_told_to_look_at_one_connection(self, run, place):
        (place / "connections.yaml").write_text(CONNECTIONS)

        code, _, err = run("check", "--connection", "other")

        assert code == 2
        assert "--connection other: no such connection" in err
