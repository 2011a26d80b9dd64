"""Every setting of the program with a wrong value: `helm install` refuses it, and says which one it is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from consumer.commands.console_login import SMALLEST_KEY_CHARS
from consumer.config.settings import PREFIX, Settings
from tests.deploy.chart import CHART, helm, refusal

SASL = "kafka.securityProtocol=SASL_SSL"
TOKEN = (SASL, "kafka.saslMechanism=OAUTHBEARER")
LOGIN = ("console.enabled=true", "console.oidc.issuer=https://id.example.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """
    A wrong value of one setting.

    Attributes:
        given: the values that set it, by the chart's own name.
        said: words of the refusal, among them the name of the value.
        text: what no program could read, in `extraEnv`; empty where every text may be right.
    """

    given: tuple[str, ...]
    said: str
    text: str = ""


def _setting(name: str, text: str) -> Wrong:
    """One that values name under `settings`."""
    return Wrong(given=(f"settings.{name}={text}",), said=f"settings.{name}", text=text)


def _fixed(name: str) -> Wrong:
    """One that the chart decides by itself, or takes from a Secret only."""
    return Wrong(given=(f"settings.{name}=x",), said=name)


WRONG = {
    "KAFKA_BOOTSTRAP_SERVERS": Wrong(
        given=("kafka.bootstrapServers=http://kafka",), said="kafka.bootstrapServers is"
    ),
    "KAFKA_SECURITY_PROTOCOL": Wrong(
        given=("kafka.securityProtocol=TLS",), said="kafka.securityProtocol", text="TLS"
    ),
    "KAFKA_SASL_MECHANISM": Wrong(given=("kafka.saslMechanism=MD5",), said="kafka.saslMechanism", text="MD5"),
    "KAFKA_SASL_USERNAME": Wrong(given=(SASL,), said="kafka.saslUsername is needed"),
    "KAFKA_SASL_PASSWORD": Wrong(given=(SASL,), said="LAGO_NETSUITE_KAFKA_SASL_PASSWORD as existingSecret"),
    "KAFKA_SSL_CAFILE": Wrong(given=("kafka.caSecretKey=a/b",), said="kafka.caSecretKey"),
    "KAFKA_SSL_CERTFILE": Wrong(
        given=("kafka.clientCertificateKeys.certificate=a/b",), said="kafka.clientCertificateKeys.certificate"
    ),
    "KAFKA_SSL_KEYFILE": Wrong(
        given=("kafka.clientCertificateKeys.privateKey=a/b",), said="kafka.clientCertificateKeys.privateKey"
    ),
    "KAFKA_SSL_KEY_PASSWORD": _fixed("KAFKA_SSL_KEY_PASSWORD"),
    "KAFKA_OAUTH_TOKEN_URL": Wrong(
        given=("kafka.oauth.tokenUrl=http://id",), said="kafka.oauth.tokenUrl", text="http://id"
    ),
    "KAFKA_OAUTH_CLIENT_ID": Wrong(given=TOKEN, said="kafka.oauth.clientId is needed"),
    "KAFKA_OAUTH_CLIENT_SECRET": Wrong(
        given=TOKEN, said="LAGO_NETSUITE_KAFKA_OAUTH_CLIENT_SECRET as existingSecret"
    ),
    "KAFKA_OAUTH_SCOPE": Wrong(given=("kafka.oauth.scope=1",), said="kafka.oauth.scope"),
    "KAFKA_OAUTH_EXTENSIONS": Wrong(
        given=("kafka.oauth.extensions=cluster",), said="kafka.oauth.extensions", text="cluster"
    ),
    "KAFKA_COMPRESSION_TYPE": _setting("KAFKA_COMPRESSION_TYPE", "zip"),
    "KAFKA_WAIT_S": _setting("KAFKA_WAIT_S", "a minute"),
    "CONNECTIONS_FILE": Wrong(given=("connectionsFile=connections",), said="connectionsFile"),
    "CONSUMER_GROUP": Wrong(given=("settings.CONSUMER_GROUP=",), said="settings.CONSUMER_GROUP"),
    "TOPIC_PREFIX": _setting("TOPIC_PREFIX", "a/b"),
    "OPS_HOST": _fixed("OPS_HOST"),
    "OPS_PORT": Wrong(given=("settings.OPS_PORT=1",), said="OPS_PORT", text="65536"),
    "INGEST_HOST": _fixed("INGEST_HOST"),
    "INGEST_PORT": Wrong(given=("settings.INGEST_PORT=1",), said="INGEST_PORT", text="http"),
    "INGEST_BODY_LIMIT_BYTES": _setting("INGEST_BODY_LIMIT_BYTES", "5MB"),
    "INGEST_STOP_DELAY_S": _setting("INGEST_STOP_DELAY_S", "soon"),
    "LOG_LEVEL": _setting("LOG_LEVEL", "loud"),
    "LOG_FORMAT": _setting("LOG_FORMAT", "xml"),
    "DRAIN_BUDGET_S": Wrong(given=("drainBudgetSeconds=0",), said="drainBudgetSeconds", text="0"),
    "PARK_MAX_AGE_S": _setting("PARK_MAX_AGE_S", "a day"),
    "RECORD_MAX_AGE_S": _setting("RECORD_MAX_AGE_S", "-1"),
    "DEPENDENCY_MAX_AGE_S": _setting("DEPENDENCY_MAX_AGE_S", "0"),
    "RETRY_AFTER_MAX_S": _setting("RETRY_AFTER_MAX_S", "1h"),
    "STATIC_MEMBERSHIP": Wrong(
        given=("worker.staticMembership=maybe",), said="worker.staticMembership", text="maybe"
    ),
    "CONSOLE_HOST": _fixed("CONSOLE_HOST"),
    "CONSOLE_PORT": Wrong(given=("settings.CONSOLE_PORT=1",), said="CONSOLE_PORT", text="99999"),
    "CONSOLE_STATE": _fixed("CONSOLE_STATE"),
    "CONSOLE_SESSION_KEY": Wrong(
        given=("settings.CONSOLE_SESSION_KEY=1",),
        said="CONSOLE_SESSION_KEY",
        text="k" * (SMALLEST_KEY_CHARS - 1),
    ),
    "CONSOLE_SESSION_LIFE_S": Wrong(
        given=("console.sessionLifeSeconds=0",), said="console.sessionLifeSeconds", text="0"
    ),
    "CONSOLE_SESSION_IDLE_S": Wrong(
        given=("console.sessionIdleSeconds=long",), said="console.sessionIdleSeconds", text="long"
    ),
    "CONSOLE_OIDC_ISSUER": Wrong(
        given=("console.oidc.issuer=http://id.example.com",),
        said="console.oidc.issuer",
        text="http://id.example.com",
    ),
    "CONSOLE_URL": Wrong(given=("console.url=billing",), said="console.url", text="billing"),
    "CONSOLE_OIDC_CLIENT_ID": Wrong(given=LOGIN, said="console.oidc.clientId is needed"),
    "CONSOLE_OIDC_CLIENT_SECRET": _fixed("CONSOLE_OIDC_CLIENT_SECRET"),
    "CONSOLE_OIDC_SCOPES": Wrong(
        given=("console.oidc.scopes=email",), said="console.oidc.scopes", text="email"
    ),
    "CONSOLE_OIDC_GROUPS_CLAIM": Wrong(given=("console.oidc.groupsClaim=",), said="console.oidc.groupsClaim"),
    "CONSOLE_OIDC_NAME_CLAIM": Wrong(given=("console.oidc.nameClaim=",), said="console.oidc.nameClaim"),
    "CONSOLE_OIDC_ADMINS": Wrong(given=("console.oidc.admins=all",), said="console.oidc.admins"),
    "CONSOLE_OIDC_OPERATORS": Wrong(given=("console.oidc.operators=1",), said="console.oidc.operators"),
    "CONSOLE_OIDC_VIEWERS": Wrong(given=LOGIN, said="and viewers name no group: nobody could log in"),
}
OF_TEXTS = {name: wrong.text for name, wrong in WRONG.items() if wrong.text}
# The length of a key is looked at when the console starts.
READ_LATER = {"CONSOLE_SESSION_KEY"}


def test_a_wrong_value_of_every_setting_is_tried():
    """A new setting gets its line here, and its form in the chart."""
    assert set(WRONG) == {field.upper() for field in Settings.model_fields}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_refused_by_its_name(name):
    """Before anything is applied, also where two values together are wrong."""
    assert WRONG[name].said in refusal(*WRONG[name].given).replace("/", ".")


@pytest.mark.parametrize("name", sorted(set(OF_TEXTS) - READ_LATER))
def test_what_the_chart_calls_wrong_the_program_refuses(name):
    """So that the chart refuses nothing that would work."""
    with pytest.raises(ValidationError):
        Settings(**{name.lower(): OF_TEXTS[name]})


def _variables(given: dict[str, str]) -> list[str]:
    pairs = enumerate(given.items())
    return [
        f"extraEnv[{place}].{key}={value}"
        for place, (name, text) in pairs
        for key, value in (("name", f"{PREFIX}{name}"), ("value", text))
    ]


def test_a_variable_that_is_written_by_hand_is_refused_by_its_name():
    """All at once: each with what is wrong with it; the text of a secret is not repeated."""
    said = _of_extra({**OF_TEXTS, "LOG_LEVL": "debug", "PARK_MAX_AGE": "1"})

    refused = {line.split()[1] for line in said.splitlines() if line.strip().startswith("extraEnv: ")}
    assert refused == {f"{PREFIX}{name}" for name in (*OF_TEXTS, "LOG_LEVL", "PARK_MAX_AGE")}
    assert "extraEnv: LAGO_NETSUITE_LOG_LEVL is not a setting of the program" in said
    assert 'extraEnv: LAGO_NETSUITE_LOG_LEVEL is "loud" and must be debug, info, warning or error' in said
    assert OF_TEXTS["CONSOLE_SESSION_KEY"] not in said


def test_a_variable_that_is_right_is_taken():
    """What each setting is by default, its upper case, a mounted file, and another program's variable."""
    defaults = {name.removeprefix(PREFIX): text for name, text in Settings().described().items() if text}
    right = {**defaults, "LOG_LEVEL": "DEBUG", "PARK_MAX_AGE_S": "1e5", "STATIC_MEMBERSHIP": "True"}

    assert _of_extra({**right, "KAFKA_SASL_PASSWORD_FILE": "/run/secrets/password"}) == ""


def _of_extra(given: dict[str, str]) -> str:
    options = [word for each in _variables(given) for word in ("--set-string", each.replace(",", r"\,"))]
    return helm("template", "one", str(CHART), *options).stderr


def test_the_chart_knows_every_setting_once():
    """Those of `_settings.tpl`, by the form of their text."""
    text = (CHART / "templates" / "_settings.tpl").read_text()
    written = text.partition('define "lago-netsuite.settings" -}}')[2].partition("{{- end -}}")[0]
    known = YAML(typ="safe").load(written)

    names = [name for each in known["names"].values() for name in each]
    assert sorted(names) == sorted(field.upper() for field in Settings.model_fields)
    assert set(known["names"]) == set(known["forms"])
