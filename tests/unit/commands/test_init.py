"""What `init` writes is enough to look around, and nothing that is there is lost."""

import json
import re
from functools import partial
from pathlib import Path

import pytest

from consumer.commands import init
from tests.support import command_line

SAMPLES = Path(__file__).parents[2] / "samples"
WRITTEN = {
    "connections.yaml",
    ".env",
    "connections.example.yaml",
    "samples/customer.created.json",
    "samples/invoice.created.json",
    "samples/payment.succeeded.json",
}
VARIABLE = re.compile(r"^([A-Z_]+)=(\S+)$", re.MULTILINE)


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return partial(command_line.called, capsys)


@pytest.fixture
def written(run, monkeypatch, tmp_path):
    """A folder after `init`, and its `.env` in this process."""
    assert run("init", "walk")[0] == 0
    monkeypatch.chdir(tmp_path / "walk")
    for name, value in VARIABLE.findall(Path(".env").read_text()):
        monkeypatch.setenv(name, value)
    return Path()


def _files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def test_init_writes_connections_environment_and_samples(run, tmp_path):
    """Each file is named as it is written, and those with secrets are their owner's."""
    code, out, err = run("init", "walk")

    assert (code, err) == (0, "")
    assert _files(tmp_path / "walk") == WRITTEN
    *written, following, then = out.splitlines()
    assert {line.removesuffix(": written") for line in written} == {f"walk/{each}" for each in WRITTEN}
    assert following == "Next: cd walk; set -a; . ./.env; set +a"
    assert then == "then: lago-netsuite sandbox kafka"
    assert (tmp_path / "walk" / ".env").stat().st_mode & 0o777 == 0o600


def test_init_without_a_folder_writes_into_this_one(run, tmp_path):
    code, out, _ = run("init")

    assert code == 0
    assert _files(tmp_path) == WRITTEN
    assert "\nNext: set -a; . ./.env; set +a\n" in out


def test_what_init_writes_passes_check(run, written):
    """Once the variables of its .env are set."""
    code, out, _ = run("check")

    assert code == 0
    assert "Everything is in place." in out


def test_without_its_variables_check_names_each_that_is_missing(run, tmp_path, monkeypatch):
    """With the line that needs it."""
    run("init", ".")
    named = re.findall(r"env:(\w+)", (tmp_path / "connections.yaml").read_text())
    for name in named:
        monkeypatch.delenv(name, raising=False)

    code, _, err = run("check")

    assert code == 2
    needed = {"NETSUITE_CLIENT_ID", "NETSUITE_TOKEN_SECRET", "LAGO_WEBHOOK_HMAC_KEY"}
    assert all(re.search(rf"connections.yaml:\d+: .*{name} is not set", err) for name in needed)


def test_every_variable_that_connections_yaml_names_is_in_the_env(written):
    """Those in comments aside."""
    text = re.sub(r"#.*", "", Path("connections.yaml").read_text())
    given = {name for name, _ in VARIABLE.findall(Path(".env").read_text())}

    assert set(re.findall(r"env:(\w+)", text)) <= given


def test_every_sample_would_be_sent(run, written):
    """All of them are the connection's, and everything in them is mapped."""
    code, out, _ = run("preview", *sorted(str(each) for each in Path("samples").iterdir()))
    plans = [json.loads(line) for line in out.splitlines()]

    assert code == 0
    assert {plan["connection"] for plan in plans} == {"netsuite-eu"}
    assert [plan["outcome"] for plan in plans] == ["request"] * 3


def test_the_example_that_init_writes_can_be_read(run, written, monkeypatch):
    """It is the one of deploy/, secrets aside."""
    monkeypatch.setenv("LAGO_NETSUITE_CONNECTIONS_FILE", "connections.example.yaml")

    assert run("preview", "samples/invoice.created.json")[0] == 0


def test_each_folder_gets_a_key_of_its_own(run, tmp_path):
    """A key that everybody knows verifies nothing."""
    run("init", "one")
    run("init", "two")

    assert (tmp_path / "one" / ".env").read_text() != (tmp_path / "two" / ".env").read_text()


def test_init_replaces_nothing_and_names_what_is_there(run, tmp_path):
    """Not even the other files are written then."""
    (tmp_path / ".env").write_text("MINE=1\n")

    code, out, err = run("init")

    assert (code, out, err) == (2, "", ".env: is there already; --force replaces it\n")
    assert _files(tmp_path) == {".env"}
    assert (tmp_path / ".env").read_text() == "MINE=1\n"


def test_force_replaces_what_is_there(run, tmp_path):
    (tmp_path / "connections.yaml").write_text("mine")

    assert run("init", "--force")[0] == 0
    assert "netsuite-eu" in (tmp_path / "connections.yaml").read_text()


def test_init_writes_the_project_of_netsuites_administrator_on_request(run, tmp_path):
    """The files of the checkout, as they are deployed."""
    assert run("init", "--netsuite")[0] == 0

    project = Path(init.__file__).parents[2] / "deploy" / "netsuite"
    assert _files(tmp_path / "netsuite" / "src") == _files(project / "src")
    script = "src/FileCabinet/SuiteScripts/lago_netsuite/lago_netsuite_rl.js"
    assert (tmp_path / "netsuite" / script).read_text() == (project / script).read_text()


def test_a_folder_that_cannot_be_made_is_a_sentence(run, tmp_path):
    """A file is in its way."""
    (tmp_path / "file").write_text("")

    code, _, err = run("init", "file/folder")

    assert code == 1
    assert err.endswith("cannot be written: Not a directory\n")


def test_the_invoice_of_the_samples_is_the_one_of_the_tests():
    """One event, in the README of the checkout and in a folder of `init`."""
    name = "invoice.created.json"

    assert (init.STARTER / "samples" / name).read_text() == (SAMPLES / name).read_text()
