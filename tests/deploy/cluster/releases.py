"""Releases of the chart, made by Helm 4 on a control plane."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from tests.deploy.binaries import BUILT
from tests.deploy.chart import CHART, options
from tests.deploy.cluster.control_plane import ControlPlane, Manifest

HELM = BUILT / "helm-4" / "helm"
LIMIT_S = 120
WAITING = ("--wait", "--timeout", "60s")
# Every kind that the chart makes, where the API server lists it.
PLACES = {
    "ConfigMap": "/api/v1/{}/configmaps",
    "Service": "/api/v1/{}/services",
    "ServiceAccount": "/api/v1/{}/serviceaccounts",
    "PersistentVolumeClaim": "/api/v1/{}/persistentvolumeclaims",
    "StatefulSet": "/apis/apps/v1/{}/statefulsets",
    "Deployment": "/apis/apps/v1/{}/deployments",
    "CronJob": "/apis/batch/v1/{}/cronjobs",
    "Job": "/apis/batch/v1/{}/jobs",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v2/{}/horizontalpodautoscalers",
    "Ingress": "/apis/networking.k8s.io/v1/{}/ingresses",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/{}/networkpolicies",
    "PodDisruptionBudget": "/apis/policy/v1/{}/poddisruptionbudgets",
    "PodMonitor": "/apis/monitoring.coreos.com/v1/{}/podmonitors",
    "PrometheusRule": "/apis/monitoring.coreos.com/v1/{}/prometheusrules",
    "ScaledObject": "/apis/keda.sh/v1alpha1/{}/scaledobjects",
    "HTTPRoute": "/apis/gateway.networking.k8s.io/v1/{}/httproutes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One name in one namespace."""

    plane: ControlPlane
    namespace: str
    name: str = "one"

    def install(self, values: str, *more: str) -> None:
        self._done("install", self.name, str(CHART), *WAITING, *options(values, *more))

    def upgrade(self, values: str, *more: str, server_side: bool = False) -> None:
        """By the way the last revision was made, or server-side where that was made otherwise."""
        way = f"--server-side={'true' if server_side else 'auto'}"
        self._done("upgrade", self.name, str(CHART), way, *WAITING, "--reset-values", *options(values, *more))

    def roll_back(self, revision: int) -> None:
        self._done("rollback", self.name, str(revision), *WAITING)

    def test(self) -> str:
        return self._done("test", self.name)

    def uninstall(self) -> None:
        self._done("uninstall", self.name, *WAITING)

    def history(self) -> list[tuple[int, str]]:
        """Revisions with their states, the oldest first."""
        said: list[dict[str, Any]] = json.loads(self._done("history", self.name, "--output", "json"))
        return [(each["revision"], each["status"]) for each in said]

    def objects(self) -> dict[str, list[str]]:
        """The names of what is there by kind; without what is made by controllers and by tests."""
        found = {kind: [each["metadata"]["name"] for each in self._listed(kind)] for kind in PLACES}
        return {kind: names for kind, names in found.items() if names}

    def pods(self, part: str) -> list[Manifest]:
        selector = f"app.kubernetes.io/instance={self.name},app.kubernetes.io/component={part}"
        return self.plane.listed(f"/api/v1/namespaces/{self.namespace}/pods", labelSelector=selector)

    def warnings(self) -> list[str]:
        """What controllers could not do, as `kubectl get events` has it."""
        events = self.plane.listed(f"/api/v1/namespaces/{self.namespace}/events")
        return [f"{each['involvedObject']['name']}: {each['message']}" for each in events]

    def helm(self, *arguments: str, program: str = str(HELM)) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *arguments, "--namespace", self.namespace, "--kubeconfig", str(self.plane.kubeconfig)],
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )

    def _done(self, *arguments: str) -> str:
        ran = self.helm(*arguments)
        assert ran.returncode == 0, "\n".join([ran.stdout, ran.stderr, *self.warnings()])
        return ran.stdout

    def _listed(self, kind: str) -> list[Manifest]:
        path = PLACES[kind].format(f"namespaces/{self.namespace}")
        selector = f"app.kubernetes.io/instance={self.name}"
        return self.plane.listed(path, labelSelector=selector)
