"""A value that cannot work is refused at ``helm install`` by name and reason, not by a crash at the start."""

from __future__ import annotations

import json
import re

import pytest
from ruamel.yaml import YAML

from tests.deploy.binaries import ROOT
from tests.deploy.chart import CHART, helm, refusal, template

# One wrong value or more of each group of values.yaml, and the words by which it is refused: by Helm, which
# reads the schema, and by the chart, for what a schema would only answer with an expression.
BY_SCHEMA = [
    ("nameOverride=Lago", "nameOverride", "pattern"),
    ("fullnameOverride=a..b", "fullnameOverride", "pattern"),
    ("image.pullPolicy=Often", "image.pullPolicy", "IfNotPresent"),
    ("imagePullSecrets[0].key=a", "imagePullSecrets.0", "key"),
    ("existingConfigMap=a_b", "existingConfigMap", "pattern"),
    ("existingSecret=a_b", "existingSecret", "pattern"),
    ("kafka.securityProtocol=TLS", "kafka.securityProtocol", "SASL_SSL"),
    ("kafka.clientCertificateKeys.certificate=a/b", "kafka.clientCertificateKeys.certificate", "pattern"),
    ("podSecurityContext.runAsUser=root", "podSecurityContext.runAsUser", "integer"),
    ("containerSecurityContext.readOnlyRootFilesystem=1", "readOnlyRootFilesystem", "boolean"),
    ("settings.LOG_LEVL=debug", "settings", "LOG_LEVL"),
    ("settings.KAFKA_SASL_PASSWORD=secret", "settings", "KAFKA_SASL_PASSWORD"),
    ("settings.PARK_MAX_AGE_S=a day", "settings.PARK_MAX_AGE_S", "number"),
    ("extraEnv[0].value=1", "extraEnv.0", "name"),
    ("extraEnvFrom[0]=a", "extraEnvFrom.0", "object"),
    ("extraVolumes[0].emptyDir.medium=a", "extraVolumes.0", "name"),
    ("extraVolumeMounts[0].name=a", "extraVolumeMounts.0", "mountPath"),
    ("drainBudgetSeconds=0", "drainBudgetSeconds", "1"),
    ("terminationGracePeriodSeconds=2", "terminationGracePeriodSeconds", "21"),
    ("worker.replica=3", "worker", "replica"),
    ("worker.replicas=two", "worker.replicas", "integer"),
    ("worker.resources.limits.memory=a lot", "worker.resources.limits.memory", "pattern"),
    ("worker.podLabels.a=1", "worker.podLabels.a", "string"),
    ("relay.podDisruptionBudget.maxUnavailable=0", "relay.podDisruptionBudget.maxUnavailable", ""),
    ("ingest.service.port=http", "ingest.service.port", "integer"),
    ("ingest.autoscaling.maxReplicas=none", "ingest.autoscaling.maxReplicas", "integer"),
    ("topics.create=maybe", "topics.create", "boolean"),
    ("checkFirst.enabled=maybe", "checkFirst.enabled", "boolean"),
    ("serviceAccount.annotations.a=1", "serviceAccount.annotations.a", "string"),
    ("networkPolicy.kafkaPorts={kafka}", "networkPolicy.kafkaPorts.0", "integer"),
    ("podMonitor.interval=15", "podMonitor.interval", "string"),
    ("grafanaDashboard.labels.a=1", "grafanaDashboard.labels.a", "string"),
    ("helmTest.deep=very", "helmTest.deep", "boolean"),
    ("keda.cooldownSeconds=60", "keda.cooldownSeconds", "600"),
    ("podDisruptionBudget.enabled=false", "podDisruptionBudget", ""),
]  # fmt: skip
BY_CHART = [
    ("image.digest=latest", 'image.digest is "latest" and must be sha256: and 64 hexadecimal digits'),
    ("connectionsFile=code: netsuite", "connectionsFile has no list named connections"),
    ("connectionsFile=connections: [", "connectionsFile is no YAML: "),
    ("secretsPath=run/secrets", 'secretsPath is "run/secrets" and must be an absolute path'),
    ("kafka.bootstrapServers=http://kafka:9092", '"http://kafka:9092" and must be host:port without a'),
    ("kafka.securityProtocol=SASL_SSL", "kafka.saslMechanism is needed with kafka.securityProtocol SASL_SSL"),
    ("kafka.securityProtocol=SASL_SSL", "the password of kafka.saslUsername comes from nowhere"),
    ("kafka.saslMechanism=PLAIN", "kafka.securityProtocol PLAINTEXT has no login: use SASL_SSL"),
    ("settings.TOPIC_PREFIX=a/b", 'settings.TOPIC_PREFIX is "a/b" and must be letters, digits'),
    ("drainBudgetSeconds=45", "terminationGracePeriodSeconds is 60 and must be at least 65"),
    ("settings.INGEST_STOP_DELAY_S=50", "terminationGracePeriodSeconds is 60 and must be at least 70"),
    ("ingest.ingress.enabled=true", "ingest.ingress.host is needed with ingest.ingress.enabled"),
    ("ingest.httpRoute.enabled=true", "ingest.httpRoute.parentRefs names no Gateway"),
    ("console.url=billing.example.com", 'console.url is "billing.example.com" and must be https://'),
    ("console.oidc.issuer=id.example.com", 'console.oidc.issuer is "id.example.com" and must be an address'),
    ("console.oidc.scopes=email", 'console.oidc.scopes is "email" and must be words with openid among them'),
    ("console.persistence.size=much", 'console.persistence.size is "much" and must be an amount of storage'),
    ("reconcile.schedule=nightly", 'reconcile.schedule is "nightly" and must be the five fields of cron'),
    ("reconcile.timeZone=UTC+1 h", 'reconcile.timeZone is "UTC+1 h" and must be a name of the IANA list'),
    ("podMonitor.interval=often", 'podMonitor.interval is "often" and must be a duration like 15s'),
    ("prometheusRule.runbookBaseUrl=git.example.com", "must be an address with http:// or https:// and a"),
    ("keda.prometheusAddress=prometheus", 'keda.prometheusAddress is "prometheus" and must be an address'),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "path", "said"), BY_SCHEMA)
def test_a_value_that_the_schema_excludes_is_refused_by_name(wrong, path, said):
    """Before anything is sent to a cluster: which value it is, and what it may be."""
    message = refusal(*_tried_with(wrong, tuple(each for each, *_ in BY_SCHEMA)))

    assert "values don't meet the specifications of the schema" in message
    # Helm 3.18 changed the way in which it writes paths.
    found = [line for line in message.splitlines() if path in line.replace("/", ".")]
    assert any(said in line for line in found), message


@pytest.mark.parametrize(("wrong", "said"), BY_CHART)
def test_a_value_that_cannot_work_is_refused_by_a_sentence(wrong, said):
    """It would end the process at its start, or make it do something else than was meant."""
    message = refusal(*_tried_with(wrong, tuple(each for each, _ in BY_CHART)))

    assert "the values cannot work:" in message
    assert said in message


def test_a_login_by_token_needs_all_its_parts():
    """An address, a client and its secret; no user."""
    message = refusal("kafka.securityProtocol=SASL_SSL", "kafka.saslMechanism=OAUTHBEARER")

    assert "kafka.oauth.tokenUrl is needed with kafka.saslMechanism OAUTHBEARER" in message
    assert "kafka.oauth.clientId is needed with kafka.saslMechanism OAUTHBEARER" in message
    assert "name a Secret with LAGO_NETSUITE_KAFKA_OAUTH_CLIENT_SECRET as existingSecret" in message
    assert "saslUsername" not in message


def _tried_with(wrong: str, every: tuple[str, ...]) -> tuple[str, ...]:
    """The wrong value and others, at most one of a group, so that a few runs of Helm try them all."""
    turn = [each for each in every if _group(each) == _group(wrong)].index(wrong)
    of_groups = [
        [each for each in every if _group(each) == group] for group in dict.fromkeys(map(_group, every))
    ]
    return tuple(own[turn].replace(",", r"\,") for own in of_groups if len(own) > turn)


def _group(setting: str) -> str:
    return re.split(r"[.=\[]", setting)[0]


def test_a_wrong_value_of_every_group_is_tried():
    """A new group of values.yaml gets its line."""
    tried = {_group(wrong) for wrong, *_ in (*BY_SCHEMA, *BY_CHART)}

    assert set(YAML(typ="safe").load(CHART / "values.yaml")) <= tried


def test_connections_that_are_not_in_the_file_are_refused():
    """A misspelt code is no crash at the first start, and a run a night compares one connection."""
    two = "connectionsFile=connections: [{code: netsuite-eu}\\, {code: netsuite-us}]"

    misspelt = refusal(two, "worker.connections={netsuite-ue}")
    nameless = refusal(two, "reconcile.enabled=true")

    assert (
        "worker.connections names netsuite-ue, and connectionsFile has netsuite-eu, netsuite-us" in misspelt
    )
    assert (
        "reconcile.connections is needed where connectionsFile has several: netsuite-eu, netsuite-us"
        in nameless
    )
    assert template("default", "existingConfigMap=mine", "worker.connections={netsuite-ue}").returncode == 0


def test_the_example_of_connections_is_taken():
    """As `helm upgrade --set-file` takes it: what the program reads as YAML, Helm reads, too."""
    example = ROOT / "deploy" / "connections.example.yaml"

    ran = helm("template", "one", str(CHART), "--set-file", f"connectionsFile={example}")

    assert ran.returncode == 0, ran.stderr


def test_what_is_scaled_has_bounds_in_their_order():
    """The API server would refuse it half way through an upgrade."""
    message = refusal("ingest.autoscaling.enabled=true", "ingest.autoscaling.minReplicas=9")

    assert "ingest.autoscaling.minReplicas is 9, more than ingest.autoscaling.maxReplicas, 6" in message


def test_values_are_all_described():
    """Every key that values.yaml shows is known to the schema and the other way round, down to the leaves."""
    shown = YAML(typ="safe").load(CHART / "values.yaml")
    schema = json.loads((CHART / "values.schema.json").read_text())

    assert _undescribed(shown, schema) == []


def _undescribed(shown, schema, path="") -> list[str]:
    described = schema.get("properties")
    if described is None or not isinstance(shown, dict):
        return []
    apart = {f"{path}.{each}" for each in shown.keys() ^ described.keys()} - {".global"}
    if path == ".settings":
        return []
    inner = (
        _undescribed(shown[key], described[key], f"{path}.{key}") for key in shown.keys() & described.keys()
    )
    return [*sorted(apart), *(each for found in inner for each in found)]
