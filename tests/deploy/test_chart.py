"""The Helm chart renders what Kubernetes takes and the program understands, and refuses the rest."""

from __future__ import annotations

import json
import runpy
import shlex

import kubernetes_validate
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from consumer.cli import app
from consumer.config.console_settings import ConsoleSettings
from consumer.config.settings import PREFIX, Settings, env_name
from tests.deploy.binaries import ROOT
from tests.deploy.chart import (
    CHART,
    environment,
    helm,
    notes,
    of_kind,
    options,
    pods,
    refusal,
    rendered,
)

SCENARIOS = ["default", "minimal", "full", "openshift"]
KUBERNETES = ["1.27", kubernetes_validate.latest_version()]
OF_OPERATORS = {"PodMonitor", "PrometheusRule", "ScaledObject", "HTTPRoute"}
EVERYWHERE = {
    "default": {"worker", "relay", "ingest", "check"},
    "minimal": {"worker", "check"},
    "openshift": {"worker", "relay", "ingest", "console", "check"},
    "full": {"worker", "relay", "ingest", "console", "topics", "settings", "reconcile", "check"},
}
# What the chart says itself, and what a pod has no use for.
SET_BY_CHART = {
    "KAFKA_BOOTSTRAP_SERVERS", "KAFKA_SECURITY_PROTOCOL", "KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME",
    "KAFKA_SASL_PASSWORD", "KAFKA_SSL_CAFILE", "KAFKA_SSL_CERTFILE", "KAFKA_SSL_KEYFILE",
    "KAFKA_SSL_KEY_PASSWORD", "KAFKA_OAUTH_TOKEN_URL", "KAFKA_OAUTH_CLIENT_ID", "KAFKA_OAUTH_CLIENT_SECRET",
    "KAFKA_OAUTH_SCOPE", "KAFKA_OAUTH_EXTENSIONS", "CONNECTIONS_FILE",
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
    codes = "connectionsFile=connections: [{code: netsuite-eu}\\, {code: Net_Suite.US}]"
    both = rendered(
        "default", codes, "reconcile.enabled=true", "reconcile.connections={netsuite-eu,Net_Suite.US}"
    )
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


def test_a_platform_that_gives_ids_by_itself_can_take_ours_away():
    """OpenShift refuses an id of ours; what is left still satisfies the restricted Pod Security Standard."""
    nothing = (f"podSecurityContext.{each}=null" for each in ("runAsUser", "runAsGroup", "fsGroup"))

    for pod in pods(rendered("full", *nothing)).values():
        assert pod["spec"]["securityContext"] == {
            "runAsNonRoot": True,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        }


def test_a_client_certificate_has_the_names_its_maker_gives():
    """cert-manager writes tls.crt and tls.key, Strimzi user.crt and user.key."""
    strimzi = ("certificate=user.crt", "privateKey=user.key")
    ours = environment(pods(rendered("full"))["worker"])
    theirs = environment(
        pods(rendered("full", *(f"kafka.clientCertificateKeys.{each}" for each in strimzi)))["worker"]
    )

    for given, names in ((ours, ("tls.crt", "tls.key")), (theirs, ("user.crt", "user.key"))):
        assert given["LAGO_NETSUITE_KAFKA_SSL_CERTFILE"] == f"/etc/kafka/client/{names[0]}"
        assert given["LAGO_NETSUITE_KAFKA_SSL_KEYFILE"] == f"/etc/kafka/client/{names[1]}"


def test_ingest_is_scaled_by_cpu_when_that_is_wanted():
    """The autoscaler alone says how many."""
    fixed = of_kind(rendered("default"), "Deployment", "ingest")
    manifests = rendered("full")
    scaled, scaler = of_kind(manifests, "Deployment", "ingest"), of_kind(manifests, "HorizontalPodAutoscaler")

    assert fixed["spec"]["replicas"] == 2
    assert "replicas" not in scaled["spec"]
    assert scaler["spec"]["scaleTargetRef"]["name"] == scaled["metadata"]["name"]
    assert (scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]) == (2, 6)


def test_pods_carry_the_labels_and_annotations_they_are_given():
    """Beside ours, which they do not replace where a selector needs them."""
    more = ("worker.podLabels.team=finance", r"worker.podLabels.app\.kubernetes\.io/component=other")

    metadata = pods(rendered("full", *more))["worker"]["metadata"]

    assert metadata["labels"]["team"] == "finance"
    assert metadata["labels"]["app.kubernetes.io/component"] == "worker"
    assert metadata["annotations"]["example.com/team"] == "finance"


@by_scenario
def test_the_autoscaler_of_a_cluster_may_move_what_serves_and_not_what_runs_once(values):
    """Its annotation: an emptyDir alone would keep a node alive, and a run that is moved begins anew."""
    key = "cluster-autoscaler.kubernetes.io/safe-to-evict"
    said = {part: pod["metadata"]["annotations"][key] for part, pod in pods(rendered(values)).items()}

    assert said == {
        part: "false" if part in {"reconcile", "topics", "settings", "check"} else "true"
        for part in EVERYWHERE[values]
    }
    given = rendered("default", rf"relay.podAnnotations.{key.replace('.', chr(92) + '.')}=no")
    assert pods(given)["relay"]["metadata"]["annotations"][key] == "no"


def test_grafana_finds_the_dashboard_that_is_tested():
    """The ConfigMap is that of deploy/grafana, with the label that Grafana's sidecar looks for."""
    ours = ROOT / "deploy" / "grafana" / "dashboards" / "lago-netsuite.json"
    assert (CHART / "files" / "dashboard.json").read_text() == ours.read_text(), "run `make chart-files`"

    [dashboard] = [each for each in rendered("full") if each["metadata"]["name"].endswith("-dashboard")]

    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(dashboard["data"]["lago-netsuite.json"]) == json.loads(ours.read_text())


def test_the_readme_says_what_the_comments_of_the_values_say():
    """It is made from them, and stands beside them as it was last made."""
    made = runpy.run_path(str(CHART.parent / "readme.py"))["readme"]

    assert (CHART / "README.md").read_text() == made((CHART / "values.yaml").read_text()), "make chart-files"


def test_helm_test_checks_the_installation():
    """As an operator would, in a pod like the others; Helm keeps it, so that its log can be read."""
    check = of_kind(rendered("default"), "Pod")
    shallow = of_kind(rendered("default", "helmTest.deep=false"), "Pod")

    assert check["metadata"]["annotations"]["helm.sh/hook"] == "test"
    assert check["spec"]["containers"][0]["args"] == ["check", "--deep"]
    assert shallow["spec"]["containers"][0]["args"] == ["check"]


def test_what_runs_once_runs_where_workers_may():
    """Else a job before the installation would wait for ever in a cluster whose nodes have taints."""
    found = pods(rendered("full"))
    where = {part: found[part]["spec"] for part in ("worker", "topics", "check")}

    for key in ("nodeSelector", "tolerations", "priorityClassName"):
        assert where["topics"][key] == where["check"][key] == where["worker"][key]


def test_an_older_kubernetes_is_refused():
    """As deploy/README.md says."""
    ran = helm("template", "one", str(CHART), "--kube-version", "1.26.9")

    assert ran.returncode != 0
    assert "chart requires kubeVersion: >=1.27.0" in ran.stderr


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
    for part, pod in pods(rendered("default")).items():
        if part == "check":
            continue
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
        for more in (
            (),
            ("connectionsFile=connections: [{code: netsuite-eu, concurrency: 2}]".replace(",", r"\,"),),
        )
    )

    assert before != after


def test_the_connections_file_arrives_as_it_was_written():
    """Comments and lines too, because errors and explanations name lines."""
    values = YAML(typ="safe").load(CHART.parents[2] / "tests/deploy/values/full.yaml")

    [file] = [each for each in rendered("full") if each["metadata"]["name"].endswith("-connections")]
    assert file["data"]["connections.yaml"].rstrip() == values["connectionsFile"].rstrip()


def test_the_chart_alerts_on_what_is_tested():
    """Its rules are those of deploy/prometheus, which promtool tests; only runbooks get an address."""
    ours = ROOT / "deploy" / "prometheus" / "alerts.yaml"
    assert (CHART / "files" / "alerts.yaml").read_text() == ours.read_text(), "run `make chart-files`"

    rules = of_kind(rendered("full"), "PrometheusRule")["spec"]
    plain = of_kind(rendered("default", "prometheusRule.enabled=true"), "PrometheusRule")["spec"]

    assert plain == YAML(typ="safe").load(ours)
    runbooks = {each["annotations"]["runbook_url"] for group in rules["groups"] for each in group["rules"]}
    assert all(each.startswith("https://git.example.com/lago-netsuite/deploy/runbooks/") for each in runbooks)


def test_the_chart_misses_no_part_that_is_not_installed():
    """Each other alert stays; those of a part that is off have no metrics to fire on."""
    ours = {each["alert"] for each in _rules("default")}

    assert _names("relay.enabled=false") == ours - {"RelayAbsent"}
    assert _names("ingest.enabled=false") == ours - {"IngestAbsent"}


def _names(*values: str) -> set[str]:
    return {each["alert"] for each in _rules("default", *values)}


def _rules(name: str, *values: str) -> list[dict]:
    found = of_kind(rendered(name, "prometheusRule.enabled=true", *values), "PrometheusRule")["spec"]
    return [rule for group in found["groups"] for rule in group["rules"]]


def test_prometheus_scrapes_every_pod_under_the_jobs_that_alerts_know():
    """The job's name is made of the pod's part, as in deploy/prometheus/prometheus.yaml."""
    monitor = of_kind(rendered("full"), "PodMonitor")["spec"]
    [endpoint] = monitor["podMetricsEndpoints"]
    jobs = (ROOT / "deploy" / "prometheus" / "prometheus.yaml").read_text()

    assert (endpoint["port"], endpoint["path"]) == ("ops", "/metrics")
    [relabeling] = endpoint["relabelings"]
    assert relabeling["replacement"] == "lago-netsuite-$1"
    for part in ("worker", "relay", "ingest", "console"):
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


def test_the_notes_say_the_next_step(tmp_path):
    """What is missing first; their commands are ours, and what was given is not asked for."""
    first, second, last = (
        notes(tmp_path / name, values, *more)
        for name, values, *more in (
            ("a", "default"),
            ("b", "default", "connectionsFile=connections: [{code: netsuite-eu}]"),
            ("c", "full"),
        )
    )

    assert "THERE ARE NO CONNECTIONS YET" in first
    assert "There is no Secret" in second
    assert "kubectl -n default create secret generic one-lago-netsuite" in second
    assert "helm test one -n default" in last
    assert all(text.count("Next step") == 1 for text in (first, second, last))
    assert "https://lago.example.com" in last
    assert "https://books.example.com/login/callback" in last
    commands = {line.partition(" -- ")[2] for text in (first, last) for line in text.splitlines()} - {""}
    assert len(commands) == 3
    for command in commands:
        assert CliRunner().invoke(app, [*shlex.split(command)[1:], "--help"]).exit_code == 0
