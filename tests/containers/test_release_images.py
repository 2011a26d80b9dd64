"""What `make release` publishes of the images, by the engine of this machine: `make release-check`."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shlex
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.containers import our_images, stand_in
from tests.containers.engine import BUILD_LIMIT_S, CACHE, ROOT, Engine
from tests.containers.our_images import SANDBOX, WORKER
from tests.deploy.test_release import FILES, VERSION

IMAGES = (WORKER, SANDBOX)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commit HEAD and nothing else."""
    folder = tmp_path_factory.mktemp("release") / "checkout"
    subprocess.run(["git", "clone", "--quiet", "--shared", str(ROOT), str(folder)], check=True, timeout=60)
    return folder


def _released(engine: Engine, checkout: Path, folder: Path) -> Path:
    """All of `make release`; no layer of an earlier build is kept."""
    options = [*engine.building, "--no-cache", *our_images.authority()]
    given = {
        "ENGINE": shlex.join(engine.program),
        "RELEASE": str(folder),
        "IMAGE_OPTIONS": shlex.join(options),
    }
    ran = subprocess.run(
        ["make", "release", *(f"{name}={value}" for name, value in given.items())],
        cwd=checkout,
        env=os.environ | {"CONTAINERS_CONF": str(CACHE / "containers.conf")},
        capture_output=True,
        text=True,
        timeout=2 * BUILD_LIMIT_S,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout[-4_000:]}\n{ran.stderr[-4_000:]}"
    return folder


@pytest.fixture(scope="module")
def released(containers: Engine, checkout: Path) -> Path:
    if containers.is_offline:
        stand_in.python(containers)
    return _released(containers, checkout, checkout.parent / "first")


def _blob(archive: Path, digest: str) -> bytes:
    with tarfile.open(archive) as opened:
        found = opened.extractfile(f"blobs/{digest.replace(':', '/')}")
        assert found is not None
        content = found.read()
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" == digest
    return content


def _manifest(archive: Path) -> dict[str, Any]:
    with tarfile.open(archive) as opened:
        index = opened.extractfile("index.json")
        assert index is not None
        [manifest] = json.load(index)["manifests"]
    found: dict[str, Any] = json.loads(_blob(archive, manifest["digest"]))
    return found


def _config(archive: Path) -> dict[str, Any]:
    """What an image is, from its archive alone."""
    found: dict[str, Any] = json.loads(_blob(archive, _manifest(archive)["config"]["digest"]))
    return found


def _files(archive: Path) -> dict[str, tuple[float, str]]:
    """Time and sum of every file of every layer."""
    found = {}
    for number, layer in enumerate(_manifest(archive)["layers"]):
        with tarfile.open(fileobj=io.BytesIO(_blob(archive, layer["digest"]))) as opened:
            for entry in opened:
                content = opened.extractfile(entry) if entry.isfile() else None
                digest = hashlib.sha256(content.read() if content else b"").hexdigest()
                found[f"{number}/{entry.name}"] = (entry.mtime, digest)
    return found


def test_a_release_is_everything_by_one_command(released):
    """Each file with its sum."""
    images = {f"{image}-{VERSION}.oci.{kind}" for image in IMAGES for kind in ("tar", "cdx.json")}
    sums = dict(reversed(line.split("  ")) for line in (released / "SHA256SUMS").read_text().splitlines())

    assert {each.name for each in released.iterdir()} == FILES | images | {"SHA256SUMS"}
    assert sums == {name: _sum(released / name) for name in FILES | images}


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_is_an_archive_by_oci_with_its_bill_of_materials(checkout, released, image):
    """It says which version and commit it is, and the bill is the image's own."""
    archive = released / f"{image}-{VERSION}.oci.tar"
    asked = ["git", "-C", str(checkout), "rev-parse", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()

    labels = _config(archive)["config"]["Labels"]
    bill = json.loads((released / f"{image}-{VERSION}.oci.cdx.json").read_text())

    assert labels["org.opencontainers.image.version"] == VERSION
    assert labels["org.opencontainers.image.revision"] == commit
    assert bill["bomFormat"] == "CycloneDX"
    assert any(each["purl"].startswith("pkg:deb/") for each in bill["components"])
    assert ("noida-db" in {each["name"] for each in bill["components"]}) is (image == SANDBOX)


def test_the_same_commit_gives_the_same_files(containers, checkout, released, tmp_path):
    """
    Of the same base, built anew from nothing: every file, with its time; Docker writes times of the build.

    Of what CPython compiles that is said of name and time only: it marks what is referred to twice, and that
    depends on what the process has compiled before (https://github.com/python/cpython/issues/78274).
    """
    if not containers.is_offline:
        pytest.skip("only podman is asked for the time of the commit")

    again = _released(containers, checkout, tmp_path / "second")

    for image in IMAGES:
        name = f"{image}-{VERSION}.oci.tar"
        assert _comparable(again / name) == _comparable(released / name)


def _sum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _comparable(archive: Path) -> dict[str, tuple[float, str]]:
    return {
        name: (made_s, "" if name.endswith(".pyc") else digest)
        for name, (made_s, digest) in _files(archive).items()
    }


def test_a_released_image_runs(containers, released):
    """Loaded from its archive alone."""
    loaded = containers.done("load", "--input", str(released / f"{WORKER}-{VERSION}.oci.tar"))

    name = loaded.strip().rpartition(" ")[2]
    assert VERSION in containers.done("run", "--rm", "--network=none", "--read-only", name, "--version")
