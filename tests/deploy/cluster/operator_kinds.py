"""
The kinds of operators that the chart has objects for, from the operators' own sources.

They are Go modules of the Apache License 2.0, fetched by Go and read where it keeps them; nothing of them is
copied into this repository.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from ruamel.yaml import YAML

from tests.deploy.binaries import found
from tests.deploy.cluster.control_plane import ControlPlane
from tests.integration.running_programs import until

FETCH_LIMIT_S = 300
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
FILES = {
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": (
        "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    ),
    "github.com/kedacore/keda/v2@v2.21.0": ("config/crd/bases/keda.sh_scaledobjects.yaml",),
    "sigs.k8s.io/gateway-api@v1.6.3": ("config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",),
}


def define(plane: ControlPlane) -> None:
    """Make the API server know them, and wait until it serves their objects."""
    places = [_defined(plane, _folder(module) / file) for module, files in FILES.items() for file in files]
    for place in places:
        until(lambda place=place: plane.http.get(place).is_success)


def _folder(module: str) -> Path:
    ran = subprocess.run(
        [found("go"), "mod", "download", "-json", module],
        capture_output=True,
        text=True,
        check=False,
        timeout=FETCH_LIMIT_S,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return Path(json.loads(ran.stdout)["Dir"])


def _defined(plane: ControlPlane, file: Path) -> str:
    """Where the API server will list the objects of a definition."""
    text = file.read_text()
    definition = YAML(typ="safe").load(text)
    plane.apply(f"{DEFINITIONS}/{definition['metadata']['name']}", text)
    spec = definition["spec"]
    [version] = [each["name"] for each in spec["versions"] if each["storage"]]
    return f"/apis/{spec['group']}/{version}/{spec['names']['plural']}"
