"""`make release`: one version in every file, and the same bytes whenever they are made of the same commit."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path
from types import ModuleType

import pytest
from ruamel.yaml import YAML

import consumer
from schemas import wire
from tests.deploy.binaries import ROOT

VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
CHART = ROOT / "deploy" / "helm" / "lago-netsuite"
NETSUITE = ROOT / "deploy" / "netsuite"
FILES = {
    f"lago-netsuite-{VERSION}.cdx.json",
    f"lago-netsuite-{VERSION}.tgz",
    f"lago-netsuite-file-cabinet-{VERSION}.zip",
    f"lago-netsuite-sdf-{VERSION}.zip",
    f"lago_netsuite-{VERSION}-py3-none-any.whl",
    f"lago_netsuite-{VERSION}.tar.gz",
}

pytestmark = pytest.mark.xdist_group("release")


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / "deploy" / "release" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


make = module("make")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of HEAD, with their sums."""
    if not (ROOT / ".git").exists():
        pytest.skip("no repository: a release is made of a commit")
    folder = tmp_path_factory.mktemp("release")
    make.build("HEAD", folder)
    make.write_sums(folder)
    return folder


def test_every_part_of_the_repository_has_the_one_version():
    """That of pyproject.toml; the SuiteScript has its own, by which a worker knows it."""
    chart = YAML(typ="safe").load((CHART / "Chart.yaml").read_text())
    script = json.loads((NETSUITE / "package.json").read_text())
    lock = json.loads((NETSUITE / "package-lock.json").read_text())

    assert consumer.__version__ == chart["version"] == chart["appVersion"] == VERSION
    assert script["version"] == lock["version"] == lock["packages"][""]["version"] == wire.SCRIPT_VERSION


def test_a_release_is_these_files_and_their_sums(built):
    """Each has the version in its name; `sha256sum --check` takes the sums."""
    assert {each.name for each in built.iterdir()} == FILES | {"SHA256SUMS"}
    for line in (built / "SHA256SUMS").read_text().splitlines():
        wanted, name = line.split("  ")
        assert hashlib.sha256((built / name).read_bytes()).hexdigest() == wanted


def test_wheel_and_source_have_their_version_and_nothing_that_was_built(built):
    """The source has what is needed to build the wheel of it."""
    with zipfile.ZipFile(built / f"lago_netsuite-{VERSION}-py3-none-any.whl") as wheel:
        said = message_from_bytes(wheel.read(f"lago_netsuite-{VERSION}.dist-info/METADATA"))
    with tarfile.open(built / f"lago_netsuite-{VERSION}.tar.gz") as source:
        names = source.getnames()

    assert said["Version"] == VERSION
    needed = ("pyproject.toml", "consumer/cli.py", "deploy/topics.yaml")
    assert {f"lago_netsuite-{VERSION}/{name}" for name in needed} <= set(names)
    assert not [name for name in names if "node_modules" in name or "__pycache__" in name]


def test_the_chart_is_the_one_of_the_repository_under_that_version(built):
    with tarfile.open(built / f"lago-netsuite-{VERSION}.tgz") as packed:
        said = packed.extractfile("lago-netsuite/Chart.yaml")
        names = set(packed.getnames())
        assert said is not None
        chart = YAML(typ="safe").load(said.read())

    assert (chart["version"], chart["appVersion"]) == (VERSION, VERSION)
    assert {"lago-netsuite/values.yaml", "lago-netsuite/values.schema.json"} <= names


def test_the_suitescript_is_there_for_the_command_line_and_for_the_browser(built):
    """The whole SDF project, and what an administrator uploads and types by hand."""
    with zipfile.ZipFile(built / f"lago-netsuite-sdf-{VERSION}.zip") as project:
        names = set(project.namelist())
    with zipfile.ZipFile(built / f"lago-netsuite-file-cabinet-{VERSION}.zip") as bundle:
        assert set(bundle.namelist()) == {"lago_netsuite.zip", "BY_HAND.md"}

    ours = (each for each in (NETSUITE / "src").rglob("*") if each.is_file())
    assert {each.relative_to(NETSUITE).as_posix() for each in ours} < names
    assert "suitecloud.config.js" in names


def test_the_bill_of_materials_is_that_of_the_production_image(built):
    """What the tests need is not in it, nor the machine on which it was made."""
    bill = json.loads((built / f"lago-netsuite-{VERSION}.cdx.json").read_text())
    found = {each["name"]: each["version"] for each in bill["components"]}
    lock = (ROOT / "deploy" / "image" / "worker.lock").read_text()

    assert (bill["bomFormat"], bill["metadata"]["component"]["version"]) == ("CycloneDX", VERSION)
    assert {"aiokafka", "httpx", "pydantic"} < found.keys()
    assert "pytest" not in found
    assert all(f"\n{name}=={version}" in f"\n{lock}" for name, version in found.items())


def test_the_same_commit_gives_the_same_bytes(built, tmp_path):
    make.build("HEAD", tmp_path)

    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {
        each.name: each.read_bytes() for each in built.iterdir() if each.name in FILES
    }


def test_a_folder_with_files_is_left_alone(tmp_path, capsys, monkeypatch):
    """They would be taken for a part of the release."""
    (tmp_path / "mine.txt").write_text("mine")
    monkeypatch.setattr(make, "_git", lambda *_: "")

    assert make.main([str(tmp_path)]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]


def test_changes_that_are_not_committed_are_no_release(tmp_path, capsys, monkeypatch):
    """Nobody could make it again."""
    monkeypatch.setattr(make, "_git", lambda *_: " M README.md\n")

    assert make.main([str(tmp_path)]) == 1
    assert "uncommitted changes" in capsys.readouterr().err


def test_what_is_installed_has_to_be_what_the_lock_names(tmp_path):
    """Else the bill would list versions that nobody runs."""
    lock = tmp_path / "worker.lock"
    lock.write_text("httpx==0.0.1 \\\n    --hash=sha256:00\nnobody==1 ; sys_platform == 'win32' \\\n")

    with pytest.raises(make.ReleaseError, match=r"not installed as worker.lock says: httpx 0.0.1; run `make"):
        make.installed(lock, VERSION, list(make.distributions()))


ENGINE = """#!/bin/sh
echo "$*" >> "{folder}/said"
if [ "$1" = info ]; then exit {status}; fi
if [ "$1" = save ]; then tar -cf "$3" -C "{folder}" "$4"; fi
if [ "$1" = create ]; then echo "of-$2"; fi
if [ "$1" = cp ]; then echo "$2" > "$3"; fi
"""


@pytest.mark.parametrize(("status", "images"), [(0, {"lago-netsuite", "lago-netsuite-sandbox"}), (1, set())])
def test_images_belong_to_it_where_an_engine_answers(tmp_path, status, images):
    """Both, with their bills and the version in the names; elsewhere it is said that they are left out."""
    folder, engine = tmp_path / "release", tmp_path / "engine"
    folder.mkdir()
    for each in images:
        (tmp_path / each).write_text(each)
    engine.write_text(ENGINE.format(folder=tmp_path, status=status))
    engine.chmod(0o755)

    ran = subprocess.run(
        ["make", "release-images", f"ENGINE={engine}", f"RELEASE={folder}"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert {each.name for each in folder.iterdir()} == {
        f"{image}-{VERSION}.oci.{kind}" for image in images for kind in ("tar", "cdx.json")
    }
    for image in images:
        with tarfile.open(folder / f"{image}-{VERSION}.oci.tar") as archive:
            assert [(each.name, each.uname) for each in archive] == [(image, "")]
        bill = (folder / f"{image}-{VERSION}.oci.cdx.json").read_text()
        assert bill == f"of-{image}:/venv/share/doc/lago-netsuite/sbom.cdx.json\n"
    asked = (tmp_path / "said").read_text()
    assert asked.count("build ") == asked.count(f"--build-arg VERSION={VERSION} ") == len(images)
    assert ("the images are left out" in ran.stdout) is (not images)
