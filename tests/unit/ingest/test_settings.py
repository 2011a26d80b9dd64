"""Where webhooks come in, and what of their keys may stand in the files."""

import os

import pytest

from consumer.config import connections_file
from consumer.config.settings import PREFIX, Settings
from consumer.errors import ConfigurationError
from tests.support import connection_files


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def test_the_defaults_fit_a_container():
    settings = Settings.load()

    assert (settings.ingest_host, settings.ingest_port) == ("0.0.0.0", 8081)
    assert settings.ingest_body_limit_bytes == 5 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("INGEST_PORT", "65536", "must be 65535 or less"),
        ("INGEST_BODY_LIMIT_BYTES", "1023", "must be 1024 or more"),
        ("INGEST_BODY_LIMIT_BYTES", "17000000", "must be 16777216 or less"),
        ("INGEST_STOP_DELAY_S", "601", "must be 600"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch, name, value, sentence):
    monkeypatch.setenv(PREFIX + name, value)

    with pytest.raises(ConfigurationError) as caught:
        Settings.load()

    [problem] = caught.value.problems
    assert problem.startswith(f"{PREFIX}{name}: ")
    assert sentence in problem


def problems(tmp_path, **lago):
    file = tmp_path / "connections.yaml"
    file.write_text(connection_files.yaml_text(connection_files.settings(lago=lago)))
    with pytest.raises(ConfigurationError) as caught:
        connections_file.load(file)
    return caught.value.problems


def test_an_hmac_key_must_not_stand_in_the_file(tmp_path):
    """The sentence says how to refer to it, and does not repeat it."""
    [problem] = problems(tmp_path, webhook_hmac_key="0c4f5a1e")

    assert "lago.webhook_hmac_key: a secret must not stand in this file; write env:" in problem
    assert "0c4f5a1e" not in problem


def test_a_public_key_needs_an_issuer(tmp_path):
    """Every Lago installation has a key of its own, and a name."""
    [problem] = problems(tmp_path, webhook_public_key="file:/lago.pem")

    assert problem.endswith("lago.webhook_public_key: is of no use without webhook_issuer beside it")
