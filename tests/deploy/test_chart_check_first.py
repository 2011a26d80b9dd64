"""`checkFirst`: what Helm runs before it changes anything, and what that says of wrong contents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deploy.binaries import ROOT
from tests.deploy.chart import Manifest, environment, of_kind, pods, rendered
from tests.support.command_line import called

EXAMPLE = (ROOT / "deploy" / "connections.example.yaml").read_text()
HERE = "kafka.bootstrapServers=kafka:9092"


def _before(*more: str) -> tuple[Manifest, Manifest]:
    manifests = rendered("default", "checkFirst.enabled=true", HERE, *more)
    [job] = [each for each in manifests if each["kind"] == "Job"]
    [files] = [each for each in manifests if each["metadata"]["name"] == job["metadata"]["name"]][:1]
    return job, files


Check = Callable[[str], tuple[object, str]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """The command of the Job with its own environment, on what its ConfigMap would have: code and output."""

    def checked(content: str) -> tuple[object, str]:
        job, _ = _before()
        pod = job["spec"]["template"]
        [container] = pod["spec"]["containers"]
        file = tmp_path / "connections.yaml"
        file.write_text(content)
        for name, value in (environment(pod) | {"LAGO_NETSUITE_CONNECTIONS_FILE": str(file)}).items():
            monkeypatch.setenv(name, value)
        code, out, problems = called(capsys, *container["args"])
        return code, out + problems

    return checked


def test_it_comes_before_everything_and_checks_what_is_about_to_come():
    """Its ConfigMap is its own, since that of the release is not there yet, or the former."""
    job, files = _before("connectionsFile=connections: []")
    volumes = {each["name"]: each for each in job["spec"]["template"]["spec"]["volumes"]}

    assert files["kind"] == "ConfigMap"
    assert files["data"]["connections.yaml"].strip() == "connections: []"
    assert volumes["connections"]["configMap"]["name"] == files["metadata"]["name"]
    weights = [int(each["metadata"]["annotations"]["helm.sh/hook-weight"]) for each in (files, job)]
    assert weights == sorted(weights)
    assert {each["metadata"]["annotations"]["helm.sh/hook"] for each in (files, job)} == {
        "pre-install,pre-upgrade"
    }
    assert job["metadata"]["annotations"]["helm.sh/hook-output-log-policy"] == "hook-failed"
    assert "serviceAccountName" not in job["spec"]["template"]["spec"]


def test_it_runs_with_the_settings_of_the_worker():
    """Else it would let through what ends a worker."""
    both = pods(rendered("default", "checkFirst.enabled=true", "settings.LOG_LEVEL=debug"))

    named = environment(both["settings"])
    assert {name: value for name, value in environment(both["worker"]).items() if name in named} == named
    assert named["LAGO_NETSUITE_LOG_LEVEL"] == "debug"


def test_a_config_map_of_another_owner_is_checked_as_it_is():
    manifests = rendered("default", "checkFirst.enabled=true", "existingConfigMap=mine")
    job = of_kind(manifests, "Job")

    volumes = job["spec"]["template"]["spec"]["volumes"]
    assert {"name": "connections", "configMap": {"name": "mine"}} in volumes
    assert [each["metadata"]["name"] for each in manifests if each["kind"] == "ConfigMap"] == []


def test_it_is_off_unless_it_is_asked_for():
    """Where Secrets come by the same release, they would not be there yet."""
    assert [each for each in rendered("default") if each["kind"] == "Job"] == []


# Of each group: a wrong content, and the sentence by which it is said.
WRONG = [
    ("account_id: 1234567_SB1", "account_id: none of them", "account_id"),
    ("environment: sandbox ", "environment: sandbocks ", "environment"),
    ("type: oauth2", "type: oauth3", "auth"),
    ("organization_slug: acme", "organisation_slug: acme", "organisation_slug"),
    ("start_date: 2026-01-01", "start_date: 2026-13-01", "start_date"),
    ("concurrency: 5 ", "concurrency: 0 ", "concurrency"),
    ("credits: apply", "credits: spend", "credits"),
    ("closed_period: hold ", "closed_period: wait ", "closed_period"),
    ("sync: {customers: true", "sync: {customers: maybe", "sync.customers"),
    ("fallback_item:      {id: ", "fallback_items:     {id: ", "fallback_items"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), WRONG, ids=[each[2] for each in WRONG])
def test_a_wrong_value_of_each_group_of_connections_stops_it_with_the_line(check, right, wrong, said):
    """Which Helm prints, and installs nothing."""
    assert right in EXAMPLE
    code, printed = check(EXAMPLE.replace(right, wrong, 1))

    assert code == 2, printed
    assert said in printed
    number = EXAMPLE[: EXAMPLE.index(right)].count("\n") + 1
    assert any(f"connections.yaml:{line}" in printed for line in (number, number - 1)), printed
    assert "Traceback" not in printed


def test_a_secret_without_a_key_stops_it(check):
    """Each variable and file that connections.yaml refers to is named."""
    code, printed = check(EXAMPLE)

    assert code != 0
    assert "NETSUITE_CLIENT_ID" in printed
    assert "/run/secrets/netsuite.pem" in printed
