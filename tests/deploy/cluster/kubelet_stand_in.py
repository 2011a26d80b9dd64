"""
What a node would report: pods of workloads are ready, pods of jobs and of ``helm test`` have succeeded.

Nothing is executed. It lets controllers and Helm go through everything that follows from a pod's state.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.deploy.cluster.control_plane import ControlPlane, Manifest

READY = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
DONE = {"phase": "Succeeded", "conditions": [{"type": "Ready", "status": "False", "reason": "PodCompleted"}]}
RUNS_ON = {"StatefulSet", "ReplicaSet"}


@contextmanager
def reporting(plane: ControlPlane) -> Iterator[None]:
    """Report on every pod that comes, until the end."""
    ending = threading.Event()
    thread = threading.Thread(target=_report, args=(plane, ending), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _report(plane: ControlPlane, ending: threading.Event) -> None:
    while not ending.is_set():
        with plane.http.stream("GET", "/api/v1/pods", params={"watch": "1", "timeoutSeconds": "2"}) as events:
            for line in events.iter_lines():
                _report_on(plane, json.loads(line)["object"])


def _report_on(plane: ControlPlane, pod: Manifest) -> None:
    metadata = pod["metadata"]
    if pod.get("status", {}).get("phase") != "Pending" or "deletionTimestamp" in metadata:
        return
    owners = {each["kind"] for each in metadata.get("ownerReferences", [])}
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
    plane.set_status(path, READY if owners & RUNS_ON else DONE)
