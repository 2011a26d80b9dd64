"""The console in the chart: with its login, and without one."""

from __future__ import annotations

from consumer.config.console_settings import ConsoleSettings
from consumer.config.settings import PREFIX, Settings
from tests.deploy.chart import environment, of_kind, pods, refusal, rendered


def test_the_console_is_given_its_login(monkeypatch):
    """Every setting of the console arrives and is understood; its secrets come from a Secret of its own."""
    monkeypatch.setenv("LAGO_NETSUITE_KAFKA_SASL_PASSWORD", "from the Secret")
    given = environment(pods(rendered("full"))["console"])
    for name, value in given.items():
        if "_SSL_" not in name:
            monkeypatch.setenv(name, value)

    settings = Settings.load()

    assert settings.console_groups[0] == ("admin", frozenset({"billing", "a, b"}))
    assert (settings.console_host, settings.console_url) == ("0.0.0.0", "https://books.example.com")
    assert (
        settings.console_port
        == of_kind(rendered("full"), "Deployment", "console")["spec"]["template"]["spec"]["containers"][0][
            "ports"
        ][1]["containerPort"]
    )
    left = {name for name in map(str.upper, ConsoleSettings.model_fields) if PREFIX + name not in given}
    assert left == {"CONSOLE_PORT", "CONSOLE_SESSION_KEY", "CONSOLE_OIDC_CLIENT_SECRET"}
    secrets = {
        part: [each["secretRef"]["name"] for each in pod["spec"]["containers"][0]["envFrom"]]
        for part, pod in pods(rendered("full")).items()
    }
    assert [part for part in secrets if "lago-netsuite-console" in secrets[part]] == ["console"]


def test_a_console_without_a_login_is_reached_by_port_forward_only():
    """It listens on its pod alone, so nothing leads there; what would lead there is refused."""
    manifests = rendered("default", "console.enabled=true")
    console = pods(manifests)["console"]

    of_console = {each["kind"] for each in manifests if f"{each['metadata']['name']}".endswith("-console")}
    assert of_console == {"Deployment"}
    assert PREFIX + "CONSOLE_HOST" not in environment(console)
    assert [each["name"] for each in console["spec"]["containers"][0]["ports"]] == ["ops"]
    open_ports = of_kind(manifests, "NetworkPolicy")["spec"]["ingress"]
    assert {each["port"] for rule in open_ports for each in rule["ports"]} == {8080, 8081}
    message = refusal(
        "console.enabled=true", "console.ingress.enabled=true", "console.ingress.host=a.example"
    )
    assert "need console.oidc.issuer: without a login the console listens on 127.0.0.1" in message


def test_a_login_that_nobody_could_use_is_refused():
    """All that is missing is said at once."""
    message = refusal("console.enabled=true", "console.oidc.issuer=https://id.example.com")

    assert "console.url is needed with console.oidc.issuer" in message
    assert "console.oidc.clientId is needed" in message
    assert "name no group: nobody could log in" in message


def test_the_console_keeps_its_tables_on_a_volume_when_it_has_one():
    """Else in the pod, where they are limited and read anew."""
    kept = pods(rendered("full"))["console"]["spec"]["volumes"][-1]
    lost = pods(rendered("default", "console.enabled=true"))["console"]["spec"]["volumes"][-1]

    claim = of_kind(rendered("full"), "PersistentVolumeClaim")
    assert kept == {"name": "state", "persistentVolumeClaim": {"claimName": claim["metadata"]["name"]}}
    assert claim["spec"]["storageClassName"] == "fast"
    assert lost == {"name": "state", "emptyDir": {"sizeLimit": "2Gi"}}
