"""What the pages have an operator type into kubectl and Helm, as it stands, on a real API server."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest

from consumer.config import connections_file
from consumer.sandbox.broker import free_port
from tests.deploy.chart import Manifest
from tests.deploy.cluster.control_plane import PROGRAM, ControlPlane
from tests.deploy.cluster.kubelet_stand_in import Node
from tests.deploy.cluster.releases import HELM
from tests.integration.running_programs import until
from tests.support import documented_commands, log_events
from tests.support.documented_commands import Command
from tests.support.http_server import served
from tests.support.readme import ROOT

pytestmark = pytest.mark.cluster

NAMESPACE = "billing"
EXAMPLE = ROOT / "deploy" / "connections.example.yaml"
LIMIT_S = 120
# What a command is given beside the connections; the login is the one whose password the guide's Secret has.
VALUES = {
    "kafka": {
        "bootstrapServers": "kafka:9093",
        "securityProtocol": "SASL_SSL",
        "saslMechanism": "SCRAM-SHA-512",
        "saslUsername": "lago-netsuite",
    },
    "reconcile": {"enabled": True, "connections": [each.code for each in connections_file.load(EXAMPLE)]},
    "console": {"enabled": True},
}
SAID = "what the program would say"
PARTS = {"worker": 2, "ingest": 2, "relay": 1, "console": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """
    Where an operator types.

    Attributes:
        folder: the current one; it has what the guide's commands name.
        printed: what the guide's commands printed, in their order.
    """

    plane: ControlPlane
    folder: Path
    environment: dict[str, str]
    printed: list[str]

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """A line in a shell, which fails when a part of its pipe does."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )

    def done(self, line: str) -> str:
        ran = self.run(line)
        assert ran.returncode == 0, f"{line}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def pods(self, label: str) -> list[Manifest]:
        return self.plane.listed(f"/api/v1/namespaces/{NAMESPACE}/pods", labelSelector=label)

    def settle(self) -> None:
        """Wait until every part has its pods, and those of before are gone."""
        until(self._is_settled)

    def _is_settled(self) -> bool:
        counts = {part: len(self.pods(_part(part))) for part in PARTS}
        return counts == PARTS and self._is_up_to_date()

    def _is_up_to_date(self) -> bool:
        kinds = ("statefulsets", "deployments")
        found = [
            each
            for kind in kinds
            for each in self.plane.listed(f"/apis/apps/v1/namespaces/{NAMESPACE}/{kind}")
        ]
        return all(
            each["status"].get("observedGeneration") == each["metadata"]["generation"]
            and each["status"].get("updatedReplicas") == each["spec"]["replicas"]
            and each["status"].get("readyReplicas") == each["spec"]["replicas"]
            for each in found
        )


def _part(name: str) -> str:
    return f"app.kubernetes.io/component={name}"


@pytest.fixture(scope="module")
def desk(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """After the guide's own commands, and the first run of the night."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "deploy").symlink_to(ROOT / "deploy")
    (folder / "connections.yaml").write_bytes(EXAMPLE.read_bytes())
    (folder / "values.yaml").write_text(json.dumps(VALUES))
    (folder / "netsuite.pem").write_text("a key")
    node.plane.namespace(NAMESPACE)
    _answer(node.folder)
    made = Desk(plane=node.plane, folder=folder, environment=_environment(folder, node.plane), printed=[])
    *install, look = documented_commands.of_pages("deploy/README.md")
    made.printed.extend(made.done(each.line) for each in install)
    made.settle()
    made.printed.append(made.done(look.line))
    [first, *_] = node.plane.listed(f"/apis/batch/v1/namespaces/{NAMESPACE}/cronjobs")
    made.done(f"kubectl create job night --from=cronjob/{first['metadata']['name']}")
    until(lambda: len(made.pods(_part("reconcile"))) == 1)
    with _server() as address:
        (node.folder / "server").write_text(address)
        yield made
    made.done("helm uninstall lago-netsuite -n billing --wait")


def _answer(folder: Path) -> None:
    """What the node gives for every pod: all that the program can log, and the command that was executed."""
    (folder / "log").write_text(log_events.lines())
    (folder / "previous-log").write_text("the last words\n")
    execute = folder / "execute"
    execute.write_text(f'#!/bin/sh\necho "{SAID}: $*"\n')
    execute.chmod(0o755)


def _environment(folder: Path, plane: ControlPlane) -> dict[str, str]:
    """One with kubectl and Helm 4 alone before the machine's programs, and a namespace to be in."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "helm").symlink_to(HELM)
    kubectl = programs / "kubectl"
    kubectl.write_text(f'#!/bin/sh\nexec "{PROGRAM}" kubectl "$@"\n')
    kubectl.chmod(0o755)
    config = json.loads(plane.kubeconfig.read_text())
    config["contexts"][0]["context"]["namespace"] = NAMESPACE
    (folder / "kubeconfig").write_text(json.dumps(config))
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(folder),
        "KUBECONFIG": str(folder / "kubeconfig"),
    }


@contextmanager
def _server() -> Iterator[str]:
    """What listens on every port of every pod."""

    class _Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(SAID.encode())

    with served(_Answering) as server:
        yield f"127.0.0.1:{server.server_port}"


def test_the_guide_installs_a_release_with_its_secret(desk):
    """The keys are in the Secret, every pod gets them, and the last command is executed in one."""
    secret = desk.plane.get(f"/api/v1/namespaces/{NAMESPACE}/secrets/lago-netsuite")
    pods = [pod for part in PARTS if part != "console" for pod in desk.pods(_part(part))]
    sources = [pod["spec"]["containers"][0]["envFrom"] for pod in pods]

    assert set(secret["data"]) == {
        "NETSUITE_CLIENT_ID", "NETSUITE_CERTIFICATE_ID", "LAGO_NETSUITE_KAFKA_SASL_PASSWORD", "netsuite.pem",
    }  # fmt: skip
    assert all({"secretRef": {"name": "lago-netsuite"}} in each for each in sources)
    assert "STATUS: deployed" in desk.printed[1]
    assert desk.printed[2] == f"{SAID}: lago-netsuite-worker-0 lago-netsuite check --deep\n"


def _of(verb: str) -> list[Command]:
    found = documented_commands.of_pages("deploy/runbooks/", "kubectl")
    return [each for each in found if each.line.startswith(f"kubectl {verb} ")]


VERBS = ("get", "logs", "exec", "top", "rollout")


def test_each_verb_of_the_runbooks_has_its_test():
    found = documented_commands.of_pages("deploy/runbooks/", "kubectl")

    assert sorted(found) == sorted(each for verb in VERBS for each in _of(verb))


@pytest.mark.parametrize("command", [*_of("get"), *_of("top")], ids=str)
def test_what_is_looked_for_is_found(desk, command):
    """Every pod that the label selects, by its name; of the runs of the night their schedule and the run."""
    shown = desk.done(command.line)

    label = re.findall(r"-l (\S+)", command.line)[0]
    if "cronjobs" in command.line:
        assert shown.count("cronjob.batch/lago-netsuite-reconcile-") == len(
            VALUES["reconcile"]["connections"]
        )
        assert "job.batch/night" in shown
        return
    names = [pod["metadata"]["name"] for pod in desk.pods(label)]
    assert names
    assert [name for name in names if name not in shown] == []


@pytest.mark.parametrize("command", _of("logs"), ids=str)
def test_logs_are_read_of_the_pods_that_are_meant(desk, command):
    """The whole pipe; the node gives a line of each event, and last who was asked for what."""
    shown = desk.done(command.line)

    assert {one for one in log_events.looked_for(command) if one not in shown} == set()
    assert shown
    asked = desk.done(command.line.partition(" | ")[0])
    label = re.findall(r"-l (\S+)", command.line)
    pods = [pod["metadata"]["name"] for pod in desk.pods(label[0])] if label else ["lago-netsuite-worker-0"]
    assert [pod for pod in pods if f"\n{pod} " not in asked] == []
    assert ("sinceSeconds=" in asked) is ("--since" in command.line)
    assert ("the last words" in asked) is ("--previous" in command.line)


@pytest.mark.parametrize("command", _of("exec"), ids=str)
def test_a_command_is_executed_in_the_pod_that_is_meant(desk, command):
    """What follows `exec` reaches the pod word for word; the rehearsal runs it."""
    pod, _, words = command.line.removeprefix("kubectl exec ").partition(" -- ")

    shown = desk.done(command.line)

    assert shown.startswith(f"{SAID}: {pod.removeprefix('deployment/')}")
    assert shown.endswith(f" {words}\n")


# Each once, since kubectl refuses to restart twice in a second; first what restarts, then what undoes.
ROLLOUTS = sorted({each.line for each in _of("rollout")}, key=lambda line: (" undo " in line, line))


@pytest.mark.parametrize("line", ROLLOUTS)
def test_a_rollout_replaces_every_pod(desk, line):
    """By restart, and to what was before."""
    part = line.rpartition("-")[2]
    before = {pod["metadata"]["uid"] for pod in desk.pods(_part(part))}

    desk.done(line)

    until(lambda: not before & {pod["metadata"]["uid"] for pod in desk.pods(_part(part))})
    desk.settle()


def _notes(printed: str) -> list[str]:
    return [line.strip() for line in printed.splitlines() if re.match(r"\s+(kubectl|helm) ", line)]


def test_what_helm_prints_as_next_steps_can_be_typed(desk):
    """The lines of its notes, as they were printed for this release."""
    steps = _notes(desk.printed[1])

    forwarded = [each for each in steps if "port-forward" in each]
    others = [each for each in steps if each not in forwarded]
    for each in others:
        assert desk.done(each)
    assert [each.partition(" -- ")[2] for each in others if " exec " in each] == [
        "lago-netsuite check --deep",
        "lago-netsuite status",
        "lago-netsuite errors",
    ]
    assert len(others) == 5
    [line] = forwarded
    _connects(desk, line)


# Of a sentence: what names a release or a part can be typed; the others name a command of the program.
SENTENCES = [each for program in ("kubectl", "helm") for each in documented_commands.sentences(program)]
COMPLETE = [each for each in SENTENCES if "lago-netsuite" in each.line]


@pytest.mark.parametrize("command", COMPLETE, ids=str)
def test_a_sentence_calls_what_works(desk, node, command):
    """The tests of a release, and the way to a console without a login."""
    if "port-forward" in command.line:
        _connects(desk, command.line)
    elif "job/lago-netsuite-settings" in command.line:
        _explains(desk, node.folder / "settings-fails", command.line)
    else:
        assert desk.done(command.line)


def _explains(desk: Desk, failing: Path, line: str) -> None:
    """The Job before an upgrade is there to be asked once it has failed."""
    [_, install, _] = documented_commands.of_pages("deploy/README.md")
    failing.touch()
    refused = desk.run(install.line)
    failing.unlink()
    assert refused.returncode != 0
    assert desk.done(line)
    desk.done(install.line)


@pytest.mark.parametrize("command", [each for each in SENTENCES if each not in COMPLETE], ids=str)
def test_a_sentence_names_a_command_that_exists(desk, command):
    [program, *words] = shlex.split(command.line)
    given = itertools.takewhile(lambda word: word.isalpha() or "-" in word, words)

    shown = desk.done(shlex.join([program, *given, "--help"]))

    assert f"{program} {' '.join(words)} " in shown


def _connects(desk: Desk, line: str) -> None:
    """Another port on this side, since the one of the page may be in use here."""
    port = free_port()
    words = shlex.split(re.sub(r"\d+:(\d+)$", rf"{port}:\1", line))
    with subprocess.Popen(
        words, cwd=desk.folder, env=desk.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as forwarding:
        try:
            until(lambda: _said(port) == SAID)
        finally:
            forwarding.kill()


def _said(port: int) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).text
    except httpx.TransportError:
        return ""
