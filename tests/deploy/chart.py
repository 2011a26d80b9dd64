"""The chart, rendered by Helm."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.deploy.binaries import ROOT, found

CHART = ROOT / "deploy" / "helm" / "lago-netsuite"
VALUES = Path(__file__).with_name("values")
LIMIT_S = 30

Manifest = dict[str, Any]


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """By the Helm of the machine, or by another one: ``HELM=…``."""
    program = os.environ.get("HELM") or found("helm")
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=LIMIT_S)


def options(values: str, *more: str) -> list[str]:
    """``default`` is what values.yaml says; others are files beside the tests."""
    given = [] if values == "default" else ["--values", str(VALUES / f"{values}.yaml")]
    return [*given, *(word for each in more for word in ("--set", each))]


def template(values: str, *more: str, release: str = "one") -> subprocess.CompletedProcess[str]:
    return helm("template", release, str(CHART), "--namespace", "billing", *options(values, *more))


@cache
def rendered(values: str, *more: str, release: str = "one") -> list[Manifest]:
    ran = template(values, *more, release=release)
    assert ran.returncode == 0, ran.stderr
    return [each for each in YAML(typ="safe").load_all(ran.stdout) if each]


@cache
def refusal(*more: str, values: str = "default") -> str:
    """What Helm says of values that it must not take."""
    ran = template(values, *more)
    assert ran.returncode != 0, ran.stdout
    return ran.stderr


def of_kind(manifests: list[Manifest], kind: str, part: str = "") -> Manifest:
    """The one of a kind, or of a kind and a part."""
    [one] = [
        each
        for each in manifests
        if each["kind"] == kind
        and (not part or each["metadata"]["labels"].get("app.kubernetes.io/component") == part)
    ]
    return one


def pods(manifests: list[Manifest]) -> dict[str, Manifest]:
    """The pod template of each part; of a CronJob that of its jobs, of `helm test` the pod itself."""
    found = (each if each["kind"] == "Pod" else _template(each.get("spec", {})) for each in manifests)
    return {each["metadata"]["labels"]["app.kubernetes.io/component"]: each for each in found if each}


def _template(spec: Manifest) -> Manifest | None:
    inner = spec["jobTemplate"]["spec"] if "jobTemplate" in spec else spec
    return inner.get("template")


def environment(pod: Manifest) -> dict[str, str]:
    """What is given as a value; not what comes from elsewhere."""
    [container] = pod["spec"]["containers"]
    return {each["name"]: each["value"] for each in container["env"] if "value" in each}


def notes(folder: Path, values: str, *more: str) -> str:
    """
    What Helm prints after an installation.

    Without a cluster it renders no notes, so a copy of the chart has them as a manifest.
    """
    chart = shutil.copytree(CHART, folder)
    text = (chart / "templates" / "NOTES.txt").read_text()
    (chart / "templates" / "_notes.tpl").write_text('{{- define "notes" -}}\n' + text + "{{- end -}}")
    (chart / "templates" / "notes.yaml").write_text('notes: {{ include "notes" . | quote }}')
    ran = helm("template", "one", str(chart), "--show-only", "templates/notes.yaml", *options(values, *more))
    assert ran.returncode == 0, ran.stderr
    return str(YAML(typ="safe").load(ran.stdout)["notes"])
