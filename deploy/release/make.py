"""
Writes a release: ``make release``.

``python deploy/release/make.py FOLDER``, by the Python of `make setup`, writes what the commit HEAD is
released as: wheel, source distribution, Helm chart, the SuiteScript as an SDF project and as a bundle for the
File Cabinet, and the bill of materials (CycloneDX). ``python deploy/release/make.py --sums FOLDER`` writes
``SHA256SUMS`` of all that is there, and ``--archive FILE`` sorts the files of an image's archive and gives
them one time. All of it has the version of pyproject.toml. The same commit gives the same bytes: every time
in it is that of the commit.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from types import ModuleType

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
NAME = "lago-netsuite"
SUMS = "SHA256SUMS"
LIMIT_S = 300
OF_SDF_PROJECT = ("README.md", "suitecloud.config.js", "src")
PIECE_BYTES = 1024 * 1024


class ReleaseError(Exception):
    """A release cannot be made; the text is for the person who makes it."""


def main(arguments: Sequence[str]) -> int:
    """Write a release, or the sums of one; returns the exit code."""
    try:
        if arguments[:1] == ["--sums"]:
            print(f"{write_sums(Path(arguments[1]))} files are in {SUMS}")
            return 0
        if arguments[:1] == ["--archive"]:
            settle_archive(Path(arguments[1]), _committed_s("HEAD"))
            return 0
        [folder] = map(Path, arguments)
        made = release(folder)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    for each in made:
        print(folder / each)
    return 0


def release(folder: Path) -> list[str]:
    """
    Write the release of HEAD into an empty folder; returns the names of the files.

    Raises:
        ReleaseError: there are uncommitted changes, no repository, or files in the folder.
    """
    if _git("status", "--porcelain").strip():
        raise ReleaseError(
            "there are uncommitted changes: a release is made of a commit, so commit or stash them"
        )
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ReleaseError(f"{folder} is not empty: what is in it would look like a part of the release")
    return build("HEAD", folder)


def build(commit: str, folder: Path) -> list[str]:
    """
    Write the files of a commit; returns their names.

    Raises:
        ReleaseError: there is no such commit, or what is installed is not what the lock file names.
    """
    made_s = _committed_s(commit)
    with tempfile.TemporaryDirectory() as place:
        source = Path(place)
        with tarfile.open(fileobj=io.BytesIO(_run("git", "archive", commit))) as archive:
            archive.extractall(source, filter="data")
        version = version_of(source)
        _python(source, folder, made_s)
        _chart(source, folder, version, made_s)
        _suitescript(source, folder, version, made_s)
        _bill_of_materials(source, folder, version)
    return sorted(each.name for each in folder.iterdir() if each.name != SUMS)


def version_of(source: Path) -> str:
    """The one version, from pyproject.toml."""
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def write_sums(folder: Path) -> int:
    """Write the SHA-256 of every file as ``sha256sum --check`` reads it; returns their number."""
    files = sorted(each for each in folder.iterdir() if each.name != SUMS)
    lines = [f"{_sum(each)}  {each.name}\n" for each in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    return len(files)


def settle_archive(archive: Path, made_s: int) -> None:
    """Write a tarball anew whose files are sorted, belong to nobody and are of one time; their bytes stay."""
    anew = archive.with_suffix(".anew")
    with tarfile.open(archive) as before, tarfile.open(anew, "w", format=tarfile.PAX_FORMAT) as after:
        for entry in sorted(before, key=lambda each: each.name):
            entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = made_s, 0, 0, "", ""
            entry.pax_headers = {}
            after.addfile(entry, before.extractfile(entry) if entry.isfile() else None)
    anew.replace(archive)


def _committed_s(commit: str) -> int:
    return int(_git("show", "--no-patch", "--format=%ct", commit))


def _python(source: Path, folder: Path, made_s: int) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder.resolve())]
    _run(*command, cwd=source, environment={"SOURCE_DATE_EPOCH": str(made_s)})


def _chart(source: Path, folder: Path, version: str, made_s: int) -> None:
    """What ``helm package`` makes, with the time of the commit."""
    chart = source / "deploy" / "helm" / NAME
    helm = Path(sys.executable).with_name("helm")
    with tempfile.TemporaryDirectory() as packed:
        versions = ("--version", version, "--app-version", version)
        _run(str(helm), "package", str(chart), "--destination", packed, *versions)
        name = f"{NAME}-{version}.tgz"
        (folder / name).write_bytes(_with_time((Path(packed) / name).read_bytes(), made_s))


def _with_time(package: bytes, made_s: int) -> bytes:
    output = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(package)) as before,
        gzip.GzipFile(filename="", fileobj=output, mode="wb", mtime=made_s) as packed,
        tarfile.open(fileobj=packed, mode="w") as after,
    ):
        for entry in before:
            entry.mtime = made_s
            after.addfile(entry, before.extractfile(entry))
    return output.getvalue()


def _suitescript(source: Path, folder: Path, version: str, made_s: int) -> None:
    project = source / "deploy" / "netsuite"
    bundle = source / "build" / "netsuite-bundle"
    _run(sys.executable, str(project / "bundle" / "make.py"), str(bundle))
    files = [each for name in OF_SDF_PROJECT for each in _files(project / name)]
    _zip(folder / f"{NAME}-sdf-{version}.zip", files, project, made_s)
    _zip(folder / f"{NAME}-file-cabinet-{version}.zip", _files(bundle), bundle, made_s)


def _files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(each for each in place.rglob("*") if each.is_file())


def _zip(target: Path, files: Iterable[Path], below: Path, made_s: int) -> None:
    made = datetime.fromtimestamp(made_s, UTC).timetuple()[:6]
    with zipfile.ZipFile(target, "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(below).as_posix(), made)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)


def _bill_of_materials(source: Path, folder: Path, version: str) -> None:
    """Of what the wheel needs, as the production image has it: without what a machine adds below."""
    program = _module(source / "deploy" / "image" / "bill_of_materials.py")
    found = list(distributions())
    content = program.bill(installed(source / "deploy" / "image" / "worker.lock", version, found))
    text = json.dumps(content, indent=1) + "\n"
    (folder / f"{NAME}-{version}.cdx.json").write_text(text, encoding="utf-8")


def installed(lock: Path, version: str, found: Iterable[Distribution]) -> list[Distribution]:
    """
    Those of the packages that a lock file names, and our own.

    Raises:
        ReleaseError: one is not installed, or in another version.
    """
    by_name = {canonicalize_name(each.name): each for each in found}
    needed = {NAME: version} | _locked(lock)
    other = [
        f"{name} {wanted}"
        for name, wanted in needed.items()
        if name not in by_name or by_name[name].version != wanted
    ]
    if other:
        raise ReleaseError(f"not installed as {lock.name} says: {', '.join(other)}; run `make setup`")
    return [by_name[name] for name in needed]


def _locked(lock: Path) -> dict[str, str]:
    """The versions of a lock file by name, of those that this machine needs."""
    lines = (line.removesuffix("\\").strip() for line in lock.read_text(encoding="utf-8").splitlines())
    needed = [Requirement(line) for line in lines if line and not line.startswith(("#", "--"))]
    here = (each for each in needed if each.marker is None or each.marker.evaluate())
    return {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in here}


def _module(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ReleaseError(f"{file} is no program of Python")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _sum(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while piece := content.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def _git(*arguments: str) -> str:
    return _run("git", *arguments).decode()


def _run(*command: str, cwd: Path = ROOT, environment: dict[str, str] | None = None) -> bytes:
    """
    What a program prints.

    Raises:
        ReleaseError: it fails.
    """
    ran = subprocess.run(  # noqa: S603 - programs of the repository and of `make setup`
        command,
        cwd=cwd,
        env=os.environ | (environment or {}),
        capture_output=True,
        check=False,
        timeout=LIMIT_S,
    )
    if ran.returncode:
        raise ReleaseError(f"{' '.join(command)}: {ran.stderr.decode(errors='replace').strip()}")
    return ran.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
