"""
Write what an image consists of: ``sbom.cdx.json`` (CycloneDX 1.6) and ``licences.txt``.

``python bill_of_materials.py FOLDER``, by the Python whose packages are listed. Debian's packages are those
of the base, since nothing is added to them. The same packages give the same bytes: there is no date and no
serial number.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import quote

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OURS = "lago-netsuite"
LICENCE_CLASSIFIER = "License :: "
TEXTS = "Texts: /venv/lib/python*/site-packages/*.dist-info; Debian's: /usr/share/doc/*/copyright."
LONGEST_NAME = 100
"""Some put the whole text where a licence's name belongs."""


def bill(found: list[Distribution], below: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """All components, and which Python package needs which; `below` are components of other kinds."""
    packages = {canonicalize_name(each.name): each for each in found}
    others = [_package(each) for name, each in sorted(packages.items()) if name != OURS]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _package(packages[OURS]) | {"type": "application"}},
        "components": [*others, *below],
        "dependencies": [_needs(each, packages) for _, each in sorted(packages.items())],
    }


def licences(found: list[Distribution]) -> str:
    """A line for each Python package, and where the texts are."""
    rows = sorted((canonicalize_name(each.name), each.version, licence(each)) for each in found)
    lines = [f"{name:<42} {version:<16} {terms}" for name, version, terms in rows]
    return "\n".join([*lines, "", TEXTS, ""])


def licence(package: Distribution) -> str:
    """The SPDX expression where the package states one, else its own words, else its text's first line."""
    stated = package.metadata.get("License-Expression") or package.metadata.get("License") or ""
    if stated and "\n" not in stated and len(stated) <= LONGEST_NAME:
        return stated
    classified = (each.rpartition(" :: ")[2] for each in _classifiers(package))
    return "; ".join(classified) or _title(package) or "unknown"


def _title(package: Distribution) -> str:
    file = package.metadata.get("License-File")
    text = package.read_text(f"licenses/{file}") if file else None
    return (text or "").strip().partition("\n")[0]


def debian() -> list[dict[str, Any]]:
    """The packages of Debian that are installed here; none where there is no dpkg."""
    program = shutil.which("dpkg-query")
    if program is None:
        return []
    asked = [program, "--show", "--showformat", "${Package}\t${Version}\t${Architecture}\n"]
    lines = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()  # noqa: S603
    distribution = f"debian-{platform.freedesktop_os_release().get('VERSION_ID', 'unknown')}"
    return [_debian(*line.split("\t"), distribution) for line in sorted(lines)]


def _debian(name: str, version: str, architecture: str, distribution: str) -> dict[str, Any]:
    purl = f"pkg:deb/debian/{quote(name)}@{quote(version)}?arch={architecture}&distro={distribution}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def _interpreter() -> dict[str, Any]:
    version = platform.python_version()
    purl = f"pkg:generic/python@{version}"
    return {"type": "platform", "bom-ref": purl, "name": "python", "version": version, "purl": purl}


def _package(package: Distribution) -> dict[str, Any]:
    name, purl = canonicalize_name(package.name), _purl(package)
    made = {"type": "library", "bom-ref": purl, "name": name, "version": package.version, "purl": purl}
    return made | {"licenses": _terms(package)}


def _terms(package: Distribution) -> list[dict[str, Any]]:
    if expression := package.metadata.get("License-Expression"):
        return [{"expression": expression}]
    return [{"license": {"name": licence(package)}}]


def _needs(package: Distribution, packages: dict[str, Distribution]) -> dict[str, Any]:
    needed = {_purl(packages[name]) for name in _required(package) if name in packages}
    return {"ref": _purl(package), "dependsOn": sorted(needed)}


def _required(package: Distribution) -> Iterator[str]:
    """Also by an extra: what nobody asked for is not installed."""
    extras = ["", *(package.metadata.get_all("Provides-Extra") or [])]
    for requirement in map(Requirement, package.requires or []):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
            yield canonicalize_name(requirement.name)


def _classifiers(package: Distribution) -> list[str]:
    classifiers = package.metadata.get_all("Classifier") or []
    return [each for each in classifiers if each.startswith(LICENCE_CLASSIFIER)]


def _purl(package: Distribution) -> str:
    return f"pkg:pypi/{canonicalize_name(package.name)}@{quote(package.version)}"


def main(folder: Path) -> None:
    """Write both files."""
    found = list(distributions())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sbom.cdx.json").write_text(
        json.dumps(bill(found, [_interpreter(), *debian()]), indent=1) + "\n"
    )
    (folder / "licences.txt").write_text(licences(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
