"""The settings of the console's login are whole and safe, or all mistakes are reported."""

from __future__ import annotations

import os

import pytest

from consumer.config.settings import PREFIX, Settings
from consumer.errors import ConfigurationError

LOGIN = {
    "CONSOLE_URL": "https://billing.example.com/",
    "CONSOLE_OIDC_ISSUER": "https://login.example.com/realms/main",
    "CONSOLE_OIDC_CLIENT_ID": "lago-netsuite",
    "CONSOLE_OIDC_ADMINS": "ops, platform",
    "CONSOLE_OIDC_VIEWERS": '["cn=auditors,ou=groups"]',
}


@pytest.fixture
def load(monkeypatch):
    """Settings with these variables only."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)

    def loaded(**values):
        for name, value in values.items():
            monkeypatch.setenv(PREFIX + name, value)
        return Settings.load()

    return loaded


def test_a_login_is_described_by_a_few_settings(load):
    """Groups are names with commas between them, or a list in JSON where names have commas."""
    settings = load(**LOGIN)

    assert settings.console_url == "https://billing.example.com"
    assert settings.console_groups == [
        ("admin", {"ops", "platform"}),
        ("operator", frozenset()),
        ("viewer", {"cn=auditors,ou=groups"}),
    ]
    assert settings.described()[f"{PREFIX}CONSOLE_OIDC_ADMINS"] == "ops, platform"


def test_the_secret_may_be_in_a_file_and_is_printed_nowhere(load, tmp_path):
    """As those of Kafka."""
    file = tmp_path / "secret"
    file.write_text("a secret\n")

    settings = load(**LOGIN, CONSOLE_OIDC_CLIENT_SECRET_FILE=str(file))

    assert settings.console_oidc_client_secret.get_secret_value() == "a secret"
    assert "a secret" not in str(settings.described()) + repr(settings)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"CONSOLE_URL": ""}, "CONSOLE_URL: is required with"),
        ({"CONSOLE_OIDC_CLIENT_ID": ""}, "CONSOLE_OIDC_CLIENT_ID: is required with"),
        ({"CONSOLE_OIDC_ADMINS": "", "CONSOLE_OIDC_VIEWERS": " , "}, "nobody could log in"),
        (
            {"CONSOLE_OIDC_ISSUER": "http://login.example.com"},
            "CONSOLE_OIDC_ISSUER: has to begin with https://",
        ),
        ({"CONSOLE_URL": "http://billing.example.com"}, "CONSOLE_URL: has to begin with https://"),
        ({"CONSOLE_URL": "https://billing.example.com/console"}, "CONSOLE_URL: is scheme and host alone"),
        ({"CONSOLE_URL": "https://user@billing.example.com"}, "CONSOLE_URL: is scheme and host alone"),
        ({"CONSOLE_URL": "https://["}, "CONSOLE_URL: has to begin with https://"),
        ({"CONSOLE_OIDC_SCOPES": "profile"}, "CONSOLE_OIDC_SCOPES: has to include openid"),
        ({"CONSOLE_OIDC_OPERATORS": "[1"}, "CONSOLE_OIDC_OPERATORS: is no list in JSON"),
        ({"CONSOLE_OIDC_OPERATORS": "[1]"}, "CONSOLE_OIDC_OPERATORS"),
    ],
)
def test_a_login_that_is_not_whole_or_not_safe_is_refused(load, change, said):
    """By the name of the setting."""
    with pytest.raises(ConfigurationError) as refused:
        load(**(LOGIN | change))

    assert any(said in each for each in refused.value.problems), refused.value.problems


def test_a_machine_of_ones_own_needs_no_tls(load):
    """For trying it out."""
    here = {"CONSOLE_URL": "http://localhost:8082", "CONSOLE_OIDC_ISSUER": "http://127.0.0.1:9"}

    settings = load(**(LOGIN | here))

    assert settings.console_url == "http://localhost:8082"
