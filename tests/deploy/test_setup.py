"""`make setup` in a fresh clone, on a day on which everything has a newer release."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture import locks
from tests.deploy import newer_releases
from tests.deploy.binaries import ROOT

LIMIT_S = 400
NEEDED = (
    "Makefile",
    "pyproject.toml",
    "requirements.lock",
    "README.md",
    "LICENSE",
    "NOTICE",
    "deploy/topics.yaml",
    "deploy/connections.example.yaml",
    "deploy/netsuite/suitecloud.config.js",
)
FOLDERS = ("consumer", "schemas", "deploy/image", "deploy/netsuite/src")
LOCK = locks.read((ROOT / "requirements.lock").read_text())

# One process installs, and the others do not install again.
pytestmark = [pytest.mark.xdist_group("image"), pytest.mark.slow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """A checkout of its own, and the environment of the later day."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=_without_make(os.environ) | self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )


def _without_make(environment: Mapping[str, str]) -> dict[str, str]:
    """A `make` that runs these tests hands its flags and its level to every other `make`."""
    handed = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"}
    return {name: value for name, value in environment.items() if name not in handed}


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Clone:
    folder = tmp_path_factory.mktemp("clone")
    for each in FOLDERS:
        shutil.copytree(ROOT / each, folder / each, ignore=shutil.ignore_patterns("__pycache__"))
    for each in NEEDED:
        (folder / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / each, folder / each)
    names = {str(entry.name) for entry in LOCK}
    later = newer_releases.publish(names, tmp_path_factory.mktemp("index") / "wheels")
    return Clone(folder=folder, environment=later)


@pytest.fixture(scope="module")
def made(clone) -> Clone:
    """After the README's first command."""
    ran = clone.run("make", "setup", f"PYTHON={Path(sys.executable).resolve()}")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return clone


def installed(made: Clone) -> dict[str, str]:
    listed = made.run(".venv/bin/python", "-m", "pip", "list", "--format", "json")
    return {each["name"].lower(): each["version"] for each in json.loads(listed.stdout)}


def test_setup_installs_what_is_locked_whatever_has_been_released_since(made):
    """A clone's packages are those of this checkout's lock, release by release."""
    here = locks.environment(f"{sys.version_info.major}.{sys.version_info.minor}")
    locked = {str(each.name): str(each.version) for each in LOCK if each.holds_in(here)}
    found = {locks.canonicalize_name(name): version for name, version in installed(made).items()}

    assert {name: found.get(name) for name in locked} == locked


def test_the_newer_releases_are_there_to_be_taken(made):
    """Without this the test above could not fail: both installers, left to resolve, take the newer one."""
    by_uv = made.run(
        ".venv/bin/uv", "pip", "install", "--dry-run", "--upgrade", "--python", ".venv/bin/python", "coverage"
    )
    by_pip = made.run(".venv/bin/python", "-m", "pip", "install", "--dry-run", "--upgrade", "coverage")

    assert f"coverage=={newer_releases.VERSION}" in by_uv.stderr
    assert f"coverage-{newer_releases.VERSION}" in by_pip.stdout


def test_what_is_set_up_runs(made):
    """The program and the test tools, from the clone's own environment."""
    assert made.run(".venv/bin/lago-netsuite", "--version").stdout == "lago-netsuite 0.1.0\n"
    assert made.run(".venv/bin/python", "-m", "pytest", "--version").returncode == 0


def test_what_is_set_up_is_compiled_whatever_the_environment_says(made):
    """Compiling takes more than half of a process's start, and suite and demo start many."""
    kept = importlib.util.cache_from_source
    [rich] = made.folder.glob(".venv/lib/python3*/site-packages/rich/console.py")
    shown = made.run("env", "PYTHONDONTWRITEBYTECODE=1", "make", "--eval=shown: ; @env", "shown")

    assert Path(kept(str(rich))).exists()
    assert Path(kept(str(made.folder / "consumer" / "cli.py"))).exists()
    assert "PYTHONDONTWRITEBYTECODE" not in shown.stdout


def test_setup_does_nothing_the_second_time(made):
    """It is what every other target begins with."""
    ran = made.run("make", "setup")

    assert (ran.returncode, ran.stdout) == (0, "make: Nothing to be done for 'setup'.\n")
