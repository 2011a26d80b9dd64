"""The environment has the settings of the process, and all mistakes are reported together."""

import os
from pathlib import Path

import pytest

from consumer.config.settings import PREFIX, Settings
from consumer.errors import ConfigurationError


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


@pytest.fixture
def environment(monkeypatch):
    def give(**values):
        for name, value in values.items():
            monkeypatch.setenv(PREFIX + name, value)

    return give


def problems():
    with pytest.raises(ConfigurationError) as caught:
        Settings.load()
    return caught.value.problems


def test_an_empty_environment_is_enough():
    """Every setting has a default that fits a broker on this machine."""
    settings = Settings.load()

    assert settings.kafka_bootstrap_servers == "localhost:9092"
    assert settings.consumer_group == "lago-netsuite"
    assert settings.connections_file == Path("connections.yaml")
    assert (settings.ops_host, settings.ops_port) == ("0.0.0.0", 8080)
    assert (settings.drain_budget_s, settings.park_max_age_s) == (25.0, 86_400.0)
    assert settings.log_format is None
    assert settings.static_membership is False


def test_the_environment_overrides_the_defaults(environment):
    """Values are read by their prefixed names and turned into their types."""
    environment(OPS_PORT="0", TOPIC_PREFIX="staging.", STATIC_MEMBERSHIP="true", LOG_FORMAT="JSON")

    settings = Settings.load()

    assert (settings.ops_port, settings.topic_prefix) == (0, "staging.")
    assert settings.static_membership is True
    assert settings.log_format == "json"


@pytest.mark.parametrize("given", ["none", "gzip", "snappy", "lz4", "ZSTD"])
def test_records_are_written_by_any_codec_of_kafka(environment, given):
    """In whatever case; without the setting they are written as they are."""
    assert Settings.load().kafka_compression_type == "none"
    environment(KAFKA_COMPRESSION_TYPE=given)

    assert Settings.load().kafka_compression_type == given.lower()


def test_a_codec_that_kafka_lacks_is_refused_with_those_it_has(environment):
    environment(KAFKA_COMPRESSION_TYPE="brotli")

    (problem,) = problems()
    assert problem.startswith("LAGO_NETSUITE_KAFKA_COMPRESSION_TYPE: ")
    assert all(f"'{name}'" in problem for name in ("none", "gzip", "snappy", "lz4", "zstd"))


def test_a_variable_that_is_set_but_empty_counts_as_absent(environment):
    """Compose and Helm write `NAME=` for what nobody chose."""
    environment(OPS_PORT="", KAFKA_SASL_MECHANISM="")

    assert Settings.load().ops_port == 8080


def test_a_misspelt_name_is_refused_with_the_name_it_may_have_meant(environment):
    """A typing error must not silently leave a default in force."""
    environment(KAFKA_BOOSTRAP_SERVERS="kafka:9092")

    (problem,) = problems()
    assert problem.startswith("LAGO_NETSUITE_KAFKA_BOOSTRAP_SERVERS: is not a setting")
    assert problem.endswith(", did you mean 'LAGO_NETSUITE_KAFKA_BOOTSTRAP_SERVERS'?")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SERVICE_HOST", "10.0.0.7"),
        ("SERVICE_PORT", "8080"),
        ("SERVICE_PORT_HTTP", "8080"),
        ("PORT", "tcp://10.0.0.7:8080"),
        ("PORT_8080_TCP", "tcp://10.0.0.7:8080"),
        ("PORT_8080_TCP_ADDR", "10.0.0.7"),
        ("METRICS_SERVICE_HOST", "10.0.0.7"),
    ],
)
def test_what_kubernetes_announces_for_a_service_of_our_name_is_no_misspelt_setting(environment, name, value):
    """A Service called lago-netsuite puts such names into every pod of its namespace."""
    environment(**{name: value})

    assert Settings.load().ops_port == 8080


def test_a_file_suffix_reads_the_value_from_a_mounted_file(environment, tmp_path):
    """Secrets are mounted as files, with a line feed at their end."""
    (tmp_path / "password").write_text("s3cret\n")
    environment(
        KAFKA_SECURITY_PROTOCOL="SASL_SSL",
        KAFKA_SASL_MECHANISM="scram-sha-512",
        KAFKA_SASL_USERNAME="lago",
        KAFKA_SASL_PASSWORD_FILE=str(tmp_path / "password"),
    )

    settings = Settings.load()

    assert settings.kafka_sasl_password.get_secret_value() == "s3cret"
    assert settings.kafka_sasl_mechanism == "SCRAM-SHA-512"


def test_a_value_given_directly_and_by_file_is_refused(environment, tmp_path):
    """Nobody should have to know which of two values wins."""
    (tmp_path / "group").write_text("blue")
    environment(CONSUMER_GROUP="green", CONSUMER_GROUP_FILE=str(tmp_path / "group"))

    assert problems() == (
        "LAGO_NETSUITE_CONSUMER_GROUP: is given twice, also as LAGO_NETSUITE_CONSUMER_GROUP_FILE; remove one",
    )


def test_a_mounted_file_that_is_not_there_is_named(environment):
    """The message says which file was looked for and why it could not be read."""
    environment(CONSUMER_GROUP_FILE="/does/not/exist")

    assert problems() == (
        "LAGO_NETSUITE_CONSUMER_GROUP_FILE: /does/not/exist cannot be read: No such file or directory",
    )


def test_every_mistake_is_named_at_once(environment):
    """One round of corrections is enough."""
    environment(
        OPS_PORT="80a", LOG_LEVEL="loud", DRAIN_BUDGET_S="0", TOPIC_PREFX="x", KAFKA_SSL_CAFILE="/no/ca"
    )

    found = problems()

    assert set(found) == {
        "LAGO_NETSUITE_TOPIC_PREFX: is not a setting, did you mean 'LAGO_NETSUITE_TOPIC_PREFIX'?",
        "LAGO_NETSUITE_OPS_PORT: '80a' is not a whole number",
        "LAGO_NETSUITE_LOG_LEVEL: 'loud' is not allowed, one of 'debug', 'info', 'warning' or 'error'",
        "LAGO_NETSUITE_DRAIN_BUDGET_S: '0' must be more than 0.0",
        "LAGO_NETSUITE_KAFKA_SSL_CAFILE: there is no file /no/ca",
    }


def test_a_login_that_is_asked_for_must_be_given_whole(environment):
    """SASL needs a mechanism, a user and a password; all that is missing is named."""
    environment(KAFKA_SECURITY_PROTOCOL="SASL_SSL", KAFKA_SASL_USERNAME="lago")

    assert problems() == (
        "LAGO_NETSUITE_KAFKA_SASL_MECHANISM: is required with LAGO_NETSUITE_KAFKA_SECURITY_PROTOCOL=SASL_SSL",
        "LAGO_NETSUITE_KAFKA_SASL_PASSWORD: is required with LAGO_NETSUITE_KAFKA_SECURITY_PROTOCOL=SASL_SSL",
    )


def test_settings_do_not_change_once_read():
    """What the log said at start stays true."""
    settings = Settings.load()

    with pytest.raises(ValueError, match="frozen"):
        settings.ops_port = 1


def test_printed_settings_hide_the_password(environment):
    """`described` is for terminals and tickets."""
    environment(KAFKA_SASL_PASSWORD="s3cret")

    described = Settings.load().described()

    assert described["LAGO_NETSUITE_KAFKA_SASL_PASSWORD"] == "********"
    assert described["LAGO_NETSUITE_STATIC_MEMBERSHIP"] == "false"
    assert "s3cret" not in str(described)
