"""
A node: pods of workloads are ready, pods of jobs and of ``helm test`` have succeeded.

Nothing is executed. It lets controllers and Helm go through everything that follows from a pod's state, and
kubectl through everything that the API server asks a node for: logs, commands, connections. What a metrics
server would say is there as well.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from consumer.sandbox.broker import free_port
from tests.deploy.cluster import control_plane
from tests.deploy.cluster.control_plane import ControlPlane, Manifest
from tests.integration.running_programs import until

READY = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
DONE = {"phase": "Succeeded", "conditions": [{"type": "Ready", "status": "False", "reason": "PodCompleted"}]}
FAILED = {"phase": "Failed", "conditions": [{"type": "Ready", "status": "False", "reason": "PodFailed"}]}
RUNS_ON = {"StatefulSet", "ReplicaSet"}
NODE = "stand-in"
USAGE = "/apis/metrics.k8s.io/v1beta1"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """
    The one node.

    Attributes:
        folder: the files ``log`` and ``previous-log`` are what every container has logged; the program
            ``execute`` gets the name of a pod and a command; ``server`` is the address of what listens on
            every port; ``PART-fails`` lets the jobs of a part fail.
    """

    plane: ControlPlane
    folder: Path


@contextmanager
def node(plane: ControlPlane, folder: Path) -> Iterator[Node]:
    """Take every pod that comes, and report on it, until the end."""
    address = f"127.0.0.1:{free_port()}"
    folder.mkdir()
    ending = threading.Event()
    with control_plane.program(folder, ["kubelet", address, str(folder)]):
        until(lambda: _listens(address))
        _announce(plane, address)
        thread = threading.Thread(target=_report, args=(plane, ending, folder), daemon=True)
        thread.start()
        try:
            yield Node(plane=plane, folder=folder)
        finally:
            ending.set()
            thread.join()


def _announce(plane: ControlPlane, address: str) -> None:
    plane.create("/api/v1/nodes", {"metadata": {"name": NODE}})
    assert plane.set_status(f"/api/v1/nodes/{NODE}", _where(address))
    plane.create(DEFINITIONS, _usage_kind())
    until(lambda: plane.http.get(f"{USAGE}/pods").is_success)


def _report(plane: ControlPlane, ending: threading.Event, folder: Path) -> None:
    while not ending.is_set():
        with plane.http.stream("GET", "/api/v1/pods", params={"watch": "1", "timeoutSeconds": "2"}) as events:
            for line in events.iter_lines():
                _report_on(plane, json.loads(line)["object"], folder)


def _report_on(plane: ControlPlane, pod: Manifest, folder: Path) -> None:
    metadata = pod["metadata"]
    pods = f"namespaces/{metadata['namespace']}/pods"
    path = f"/api/v1/{pods}/{metadata['name']}"
    if "deletionTimestamp" in metadata:
        # What is on a node is gone when the node says so; a pod that took its name in the meantime stays.
        only = {"gracePeriodSeconds": 0, "preconditions": {"uid": metadata["uid"]}}
        plane.http.request("DELETE", path, json=only)
        plane.http.delete(f"{USAGE}/{pods}/{metadata['name']}")
        return
    if pod.get("status", {}).get("phase") != "Pending" or "nodeName" in pod["spec"]:
        return
    target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
    plane.http.post(f"{path}/binding", json={"metadata": {"name": metadata["name"]}, "target": target})
    plane.http.post(f"{USAGE}/{pods}", json=_usage(pod))
    owners = {each["kind"] for each in metadata.get("ownerReferences", [])}
    plane.set_status(path, READY if owners & RUNS_ON else _ended(metadata, folder))


def _ended(metadata: Manifest, folder: Path) -> Manifest:
    part = metadata.get("labels", {}).get("app.kubernetes.io/component", "")
    return FAILED if (folder / f"{part}-fails").exists() else DONE


def _usage(pod: Manifest) -> Manifest:
    metadata = pod["metadata"]
    return {
        "apiVersion": "metrics.k8s.io/v1beta1",
        "kind": "PodMetrics",
        "metadata": {"name": metadata["name"], "labels": metadata.get("labels", {})},
        "timestamp": metadata["creationTimestamp"],
        "window": "30s",
        "containers": [
            {"name": each["name"], "usage": {"cpu": "12m", "memory": "96Mi"}}
            for each in pod["spec"]["containers"]
        ],
    }


def _listens(address: str) -> bool:
    try:
        httpx.get(f"https://{address}/", verify=False, trust_env=False)
    except httpx.TransportError:
        return False
    return True


def _where(address: str) -> Manifest:
    host, _, port = address.partition(":")
    return {
        "addresses": [{"type": "InternalIP", "address": host}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": int(port)}},
        "conditions": [{"type": "Ready", "status": "True"}],
    }


def _usage_kind() -> Manifest:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "metadata": {
            "name": "pods.metrics.k8s.io",
            "annotations": {"api-approved.kubernetes.io": "unapproved, in the place of a metrics server"},
        },
        "spec": {
            "group": "metrics.k8s.io",
            "scope": "Namespaced",
            "names": {
                "plural": "pods",
                "singular": "pod",
                "kind": "PodMetrics",
                "listKind": "PodMetricsList",
            },
            "versions": [
                {"name": "v1beta1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            ],
        },
    }
