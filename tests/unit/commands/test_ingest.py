"""The command ``ingest`` does not start without its settings, and requires no others."""

import os

import pytest

from consumer.config.settings import PREFIX
from tests.support import command_line, connection_files


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name in ("HMAC_KEY", "NETSUITE_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(place, capsys, command, **lago):
    text = connection_files.yaml_text(connection_files.settings(lago=lago))
    (place / "connections.yaml").write_text(text)
    code, _, err = command_line.called(capsys, command)
    return code, err


def test_a_connection_without_a_key_is_a_wrong_configuration(place, capsys):
    """Said with its line."""
    code, said = run(place, capsys, "ingest")

    assert code == 2
    assert said.startswith("connections.yaml:")
    assert "connection netsuite-eu: lago: has no key to verify webhooks with; give webhook_hmac_key" in said


def test_a_key_that_is_not_there_is_a_wrong_configuration(place, capsys):
    """Of the keys of NetSuite it asks for none."""
    code, said = run(place, capsys, "ingest", webhook_hmac_key="env:HMAC_KEY")

    assert code == 2
    assert said.count("\n") == 1
    assert said.endswith("lago.webhook_hmac_key: environment variable HMAC_KEY is not set\n")


def test_a_worker_does_not_ask_for_the_keys_of_webhooks(place, capsys):
    """They are not given to processes that have no use for them."""
    code, said = run(place, capsys, "worker", webhook_hmac_key="env:HMAC_KEY")

    assert code == 2
    assert "NETSUITE_CLIENT_ID" in said
    assert "HMAC_KEY" not in said
