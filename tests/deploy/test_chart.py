"""The Helm chart renders what Kubernetes takes and the program understands, and refuses the rest."""

from __future__ import annotations

import json
import shlex

import kubernetes_validate
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from consumer.cli import app
from consumer.config.console_settings import ConsoleSettings
from consumer.config.settings import PREFIX, Settings, env_name
from tests.deploy.binaries import ROOT
from tests.deploy.chart import CHART, environment, helm, notes, of_kind, options, pods, refusal, rendered

SCENARIOS = ["default", "minimal", "full"]
KUBERNETES = ["1.27", kubernetes_validate.latest_version()]
OF_OPERATORS = {"PodMonitor", "PrometheusRule", "ScaledObject", "HTTPRoute"}
EVERYWHERE = {
    "default": {"worker", "relay", "ingest"},
    "minimal": {"worker"},
    "full": {"worker", "relay", "ingest", "console", "topics", "reconcile"},
}
# What the chart says itself, and what a pod has no use for.
SET_BY_CHART = {
    "KAFKA_BOOTSTRAP_SERVERS", "KAFKA_SECURITY_PROTOCOL", "KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME",
    "KAFKA_SASL_PASSWORD", "KAFKA_SSL_CAFILE", "KAFKA_SSL_CERTFILE", "KAFKA_SSL_KEYFILE", "CONNECTIONS_FILE",
    "DRAIN_BUDGET_S", "STATIC_MEMBERSHIP", "OPS_HOST", "OPS_PORT", "INGEST_HOST", "INGEST_PORT",
}  # fmt: skip
# The chart's `console` says them; the secret ones come from its Secret.
OF_THE_CONSOLE = {field.upper() for field in ConsoleSettings.model_fields}

by_scenario = pytest.mark.parametrize("values", SCENARIOS)


@by_scenario
@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_knows_every_field(values, version):
    """The oldest supported version and the newest, strictly: also a field too much is an error."""
    checked = [each for each in rendered(values) if each["kind"] not in OF_OPERATORS]

    for manifest in checked:
        kubernetes_validate.validate(manifest, version, strict=True)
    assert len(checked) >= 3


@by_scenario
def test_helm_lints_it(values):
    """As a chart museum would."""
    ran = helm("lint", "--strict", "--quiet", str(CHART), *options(values))

    assert ran.returncode == 0, ran.stdout + ran.stderr


@by_scenario
def test_every_part_is_there(values):
    assert set(pods(rendered(values))) == EVERYWHERE[values]


@by_scenario
def test_every_command_and_variable_is_ours(values):
    """A pod's arguments are parsed by the command line, its variables are settings."""
    for pod in pods(rendered(values)).values():
        [container] = pod["spec"]["containers"]
        ours = {name for name in environment(pod) if name.startswith(PREFIX)}

        assert CliRunner().invoke(app, [*container["args"], "--help"]).exit_code == 0
        assert ours <= {env_name(field) for field in Settings.model_fields}
        names = [each["name"] for each in container["env"]]
        assert len(set(names)) == len(names)


def test_the_program_accepts_the_environment_it_is_given(monkeypatch, tmp_path):
    """Whole numbers stay whole: Helm alone would write 8388608 as 8.388608e+06."""
    ca = tmp_path / "ca.crt"
    ca.touch()
    for name, value in environment(pods(rendered("full"))["worker"]).items():
        monkeypatch.setenv(name, str(ca) if "_SSL_" in name else value)
    monkeypatch.setenv("LAGO_NETSUITE_KAFKA_SASL_PASSWORD", "from the Secret")

    settings = Settings.load()

    assert (settings.ingest_body_limit_bytes, settings.drain_budget_s) == (8_388_608, 60.0)
    assert (settings.topic_prefix, settings.static_membership) == ("staging.", True)


def test_every_setting_can_be_given():
    """By the chart's own values or by `settings`: a new one of the program is not forgotten here."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    free = set(schema["properties"]["settings"]["properties"])

    assert free | SET_BY_CHART | OF_THE_CONSOLE == {field.upper() for field in Settings.model_fields}
    assert free & SET_BY_CHART == set()


@by_scenario
def test_a_pod_may_do_nothing_but_its_work(values):
    """Not root, nothing to write but /tmp, no capability, no token, no variables of other services."""
    for pod in pods(rendered(values)).values():
        spec, [container] = pod["spec"], pod["spec"]["containers"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert (spec["automountServiceAccountToken"], spec["enableServiceLinks"]) == (False, False)
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]
        assert "cpu" not in container["resources"]["limits"]


@by_scenario
def test_selectors_find_their_pods_and_no_others(values):
    """Of every workload, Service and budget."""
    manifests = rendered(values)
    labels = {part: pod["metadata"]["labels"] for part, pod in pods(manifests).items()}
    for manifest in manifests:
        selector = manifest.get("spec", {}).get("selector", {})
        wanted = selector.get("matchLabels", selector)
        if manifest["kind"] in {"Service", "StatefulSet", "Deployment", "PodDisruptionBudget"}:
            part = manifest["metadata"]["labels"]["app.kubernetes.io/component"]
            assert [each for each in labels if wanted.items() <= labels[each].items()] == [part]


@by_scenario
def test_every_volume_is_mounted_and_every_mount_has_a_volume(values):
    for pod in pods(rendered(values)).values():
        [container] = pod["spec"]["containers"]
        mounted = {each["name"] for each in container["volumeMounts"]}

        assert mounted == {each["name"] for each in pod["spec"]["volumes"]}


def test_workers_keep_their_names_and_come_all_at_once():
    """Static membership needs stable names; nobody waits for another worker to be ready."""
    worker = of_kind(rendered("default"), "StatefulSet")

    assert (worker["spec"]["replicas"], worker["spec"]["podManagementPolicy"]) == (2, "Parallel")
    assert environment(worker["spec"]["template"])["LAGO_NETSUITE_STATIC_MEMBERSHIP"] == "true"
    assert "LAGO_NETSUITE_STATIC_MEMBERSHIP" not in environment(pods(rendered("default"))["relay"])


def test_the_books_are_compared_at_night_once_for_each_connection():
    """Never two at once, and not again when they do not agree: the run has said so."""
    assert not any(each["kind"] == "CronJob" for each in rendered("default"))

    night = of_kind(rendered("full"), "CronJob")
    both = rendered("default", "reconcile.enabled=true", "reconcile.connections={netsuite-eu,Net_Suite.US}")
    alone = rendered("default", "reconcile.enabled=true")

    job = night["spec"]["jobTemplate"]["spec"]
    assert (night["spec"]["schedule"], night["spec"]["timeZone"]) == ("17 2 * * *", "Europe/Berlin")
    assert (night["spec"]["concurrencyPolicy"], job["backoffLimit"]) == ("Forbid", 0)
    [container] = job["template"]["spec"]["containers"]
    assert container["args"] == ["reconcile", "--actor", "cronjob", "--connection", "netsuite-eu"]
    named = {each["metadata"]["name"] for each in both if each["kind"] == "CronJob"}
    assert named == {"one-lago-netsuite-reconcile-netsuite-eu", "one-lago-netsuite-reconcile-net-suite-us"}
    [only] = of_kind(alone, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert only["args"] == ["reconcile", "--actor", "cronjob"]


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
    left = {name for name in OF_THE_CONSOLE if PREFIX + name not in given}
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


def test_an_extra_variable_takes_the_place_of_the_charts_own():
    """A name given twice is refused by server-side apply; the last one given counts, also as a file."""
    ours = "LAGO_NETSUITE_LOG_FORMAT", "LAGO_NETSUITE_STATIC_MEMBERSHIP_FILE"
    more = (
        f"extraEnv[0].name={ours[0]}", "extraEnv[0].value=console",
        f"extraEnv[1].name={ours[1]}", "extraEnv[1].value=/run/it",
        "extraEnv[2].name=ELSE", "extraEnv[2].value=one",
        "extraEnv[3].name=ELSE", "extraEnv[3].value=two",
    )  # fmt: skip

    [container] = pods(rendered("default", *more))["worker"]["spec"]["containers"]

    names = [each["name"] for each in container["env"]]
    assert len(names) == len(set(names))
    assert names[-3:] == [*ours, "ELSE"]
    assert [each["value"] for each in container["env"]][-3:] == ["console", "/run/it", "two"]
    assert "LAGO_NETSUITE_STATIC_MEMBERSHIP" not in names


def test_a_gateway_leads_to_the_same_services_as_an_ingress():
    """By an HTTPRoute with the same path."""
    for part, path in (("ingest", "/lago/"), ("console", "/")):
        route = of_kind(rendered("full"), "HTTPRoute", part)["spec"]
        ingress = of_kind(rendered("full"), "Ingress", part)["spec"]
        service = of_kind(rendered("full"), "Service", part)

        [rule] = route["rules"]
        [backend] = rule["backendRefs"]
        assert rule["matches"][0]["path"] == {"type": "PathPrefix", "value": path}
        assert backend == {
            "name": service["metadata"]["name"],
            "port": service["spec"]["ports"][0]["port"],
        }
        assert [each["host"] for each in ingress["rules"]] == route["hostnames"]


def test_probes_ask_what_they_mean():
    """Liveness and start-up ask for what a restart cures, readiness for partitions."""
    for pod in pods(rendered("default")).values():
        [container] = pod["spec"]["containers"]
        paths = {name: container[name]["httpGet"]["path"] for name in container if name.endswith("Probe")}

        assert paths == {
            "startupProbe": "/healthz",
            "livenessProbe": "/healthz",
            "readinessProbe": "/readyz",
        }
        ports = {each["name"]: each["containerPort"] for each in container["ports"]}
        assert ports["ops"] == Settings.model_fields["ops_port"].default


def test_kubernetes_waits_longer_than_the_drain():
    """The default of the chart is that of the program, and less grace than the drain needs is refused."""
    pod = pods(rendered("default"))["worker"]
    drain_s = float(environment(pod)["LAGO_NETSUITE_DRAIN_BUDGET_S"])

    assert drain_s == Settings.model_fields["drain_budget_s"].default
    assert pod["spec"]["terminationGracePeriodSeconds"] >= drain_s + 20
    assert "must be at least 65" in refusal("drainBudgetSeconds=45", "terminationGracePeriodSeconds=60")


def test_a_changed_mapping_restarts_the_pods():
    """Settings are read once at start, so the pods carry the file's checksum."""
    before, after = (
        pods(rendered("full", *more))["worker"]["metadata"]["annotations"]["checksum/connections"]
        for more in ((), ("connectionsFile=connections: [{code: other}]",))
    )

    assert before != after


def test_the_connections_file_arrives_as_it_was_written():
    """Comments and lines too, because errors and explanations name lines."""
    values = YAML(typ="safe").load(CHART.parents[2] / "tests/deploy/values/full.yaml")

    assert (
        of_kind(rendered("full"), "ConfigMap")["data"]["connections.yaml"].rstrip()
        == values["connectionsFile"].rstrip()
    )


def test_the_chart_alerts_on_what_is_tested():
    """Its rules are those of deploy/prometheus, which promtool tests; only runbooks get an address."""
    ours = ROOT / "deploy" / "prometheus" / "alerts.yaml"
    assert (CHART / "files" / "alerts.yaml").read_text() == ours.read_text(), "run `make chart-alerts`"

    rules = of_kind(rendered("full"), "PrometheusRule")["spec"]
    plain = of_kind(rendered("default", "prometheusRule.enabled=true"), "PrometheusRule")["spec"]

    assert plain == YAML(typ="safe").load(ours)
    runbooks = {each["annotations"]["runbook_url"] for group in rules["groups"] for each in group["rules"]}
    assert all(each.startswith("https://git.example.com/lago-netsuite/deploy/runbooks/") for each in runbooks)


def test_prometheus_scrapes_every_pod_under_the_jobs_that_alerts_know():
    """The job's name is made of the pod's part, as in deploy/prometheus/prometheus.yaml."""
    monitor = of_kind(rendered("full"), "PodMonitor")["spec"]
    [endpoint] = monitor["podMetricsEndpoints"]
    jobs = (ROOT / "deploy" / "prometheus" / "prometheus.yaml").read_text()

    assert (endpoint["port"], endpoint["path"]) == ("ops", "/metrics")
    [relabeling] = endpoint["relabelings"]
    assert relabeling["replacement"] == "lago-netsuite-$1"
    for part in ("worker", "relay", "ingest"):
        assert f"job_name: lago-netsuite-{part}\n" in jobs


def test_scaling_is_off_and_leaves_the_number_of_workers_alone_when_on():
    """Two owners of one number would undo each other's work at every upgrade."""
    assert not any(each["kind"] == "ScaledObject" for each in rendered("default"))

    manifests = rendered("full")
    scaled, worker = of_kind(manifests, "ScaledObject"), of_kind(manifests, "StatefulSet")

    assert "replicas" not in worker["spec"]
    assert scaled["spec"]["scaleTargetRef"]["name"] == worker["metadata"]["name"]
    [trigger] = scaled["spec"]["triggers"]
    assert 'lago_netsuite_unsettled_records{namespace="billing"}' in trigger["metadata"]["query"]


def test_the_network_is_open_where_it_must_be():
    """Out: names, Kafka's ports as given, HTTPS. In: who scrapes and who posts."""
    spec = of_kind(rendered("full"), "NetworkPolicy")["spec"]
    out = {each["port"] for rule in spec["egress"] for each in rule["ports"]}
    into = {each["port"] for rule in spec["ingress"] for each in rule["ports"]}

    assert (out, into) == ({53, 443, 8443, 9094, 4318}, {8080, 8081, 8082})
    without = of_kind(rendered("default", "ingest.enabled=false"), "NetworkPolicy")["spec"]
    assert {each["port"] for rule in without["ingress"] for each in rule["ports"]} == {8080}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("worker.replica=3", "replica"),
        ("worker.replicas=two", "integer"),
        ("kafka.securityProtocol=TLS", "SASL_SSL"),
        ("kafka.bootstrapServers=http://kafka:9092", "/kafka/bootstrapServers"),
        ("kafka.securityProtocol=SASL_SSL", "/kafka/saslMechanism"),
        ("settings.LOG_LEVL=debug", "LOG_LEVL"),
        ("settings.KAFKA_SASL_PASSWORD=secret", "KAFKA_SASL_PASSWORD"),
        ("image.digest=latest", "/image/digest"),
        ("reconcile.schedule=nightly", "/reconcile/schedule"),
        ("connectionsFile=code: netsuite", "/connectionsFile"),
        ("keda.cooldownSeconds=60", "/keda/cooldownSeconds"),
        ("podDisruptionBudget.enabled=false", "podDisruptionBudget"),
        ("prometheusRule.runbookBaseUrl=git.example.com", "/prometheusRule/runbookBaseUrl"),
    ],
)
def test_a_wrong_value_is_refused_by_name(wrong, said):
    """Helm says which value it is, before anything is sent to a cluster."""
    message = refusal(*[wrong.replace(",", r"\,")])

    assert "values don't meet the specifications of the schema" in message
    # Helm 3.18 changed the way in which it writes paths and kinds.
    assert said in message or said.strip("/").replace("/", ".") in message


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


def test_the_notes_tell_what_is_missing_and_what_to_type(tmp_path):
    """The commands of the notes are ours, and what was given is not asked for."""
    first, last = notes(tmp_path / "a", "default"), notes(tmp_path / "b", "full")

    assert "THERE ARE NO CONNECTIONS YET" in first
    assert "There is no Secret" in first
    assert "THERE ARE NO CONNECTIONS YET" not in last
    assert "https://lago.example.com" in last
    commands = [line.partition(" -- ")[2] for line in first.splitlines() if " -- " in line]
    assert len(commands) == 2
    for command in commands:
        assert CliRunner().invoke(app, [*shlex.split(command)[1:], "--help"]).exit_code == 0
