"""The lock files as values, and what of the requirements of locked packages they lack."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\\n]+?))?(?: \\)?$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")

Environment = Mapping[str, str]
RequirementsOf = Callable[[str], Iterable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One package of a lock: where it is installed, and how many files its hashes admit."""

    name: NormalizedName
    version: Version
    marker: Marker | None
    hashes: int

    def holds_in(self, environment: Environment) -> bool:
        """Whether it is installed there."""
        return self.marker is None or self.marker.evaluate(dict(environment))


def read(text: str) -> tuple[Entry, ...]:
    """
    The entries of a lock file, with nothing else in it.

    Raises:
        ValueError: a line is neither a pinned package nor a hash.
    """
    entries: list[Entry] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if HASH.match(line) and entries:
            last = entries[-1]
            entries[-1] = Entry(
                name=last.name, version=last.version, marker=last.marker, hashes=last.hashes + 1
            )
        elif found := ENTRY.match(line):
            marker = Marker(found["marker"]) if found["marker"] else None
            name, version = canonicalize_name(found["name"]), Version(found["version"])
            entries.append(Entry(name=name, version=version, marker=marker, hashes=0))
        else:
            raise ValueError(f"line {number} is neither a pinned package nor a hash: {line}")
    return tuple(entries)


def environment(python: str) -> dict[str, str]:
    """The markers of this machine under another Python."""
    ours = {name: str(value) for name, value in default_environment().items()}
    return {**ours, "python_version": python, "python_full_version": f"{python}.0"}


def lacking(
    lock: Iterable[Entry],
    roots: Iterable[str],
    environment: Environment,
    requirements_of: RequirementsOf,
) -> list[str]:
    """
    Every requirement that the lock does not satisfy, as a sentence; extras are followed.

    Args:
        lock: its entries.
        roots: what the lock is made for.
        environment: in which markers are evaluated.
        requirements_of: what a package of the lock asks for, by its name.
    """
    here = {entry.name: entry for entry in lock if entry.holds_in(environment)}
    missing: list[str] = []
    seen: set[tuple[NormalizedName, str]] = set()
    waiting = [("the project", Requirement(each), "") for each in roots]
    while waiting:
        asking, wanted, extra = waiting.pop()
        if wanted.marker and not wanted.marker.evaluate({**environment, "extra": extra}):
            continue
        name = canonicalize_name(wanted.name)
        entry = here.get(name)
        if entry is None:
            missing.append(f"{asking} asks for {wanted}, which is not locked")
        elif not wanted.specifier.contains(entry.version, prereleases=True):
            missing.append(f"{asking} asks for {wanted}, and {entry.version} is locked")
        else:
            for each in {"", *wanted.extras} - {of for who, of in seen if who == name}:
                seen.add((name, each))
                waiting += [(name, Requirement(line), each) for line in requirements_of(name)]
    return missing


def reached(
    lock: Iterable[Entry], roots: Iterable[str], environment: Environment, requirements_of: RequirementsOf
) -> set[NormalizedName]:
    """The part of the lock that an environment installs."""
    asked: set[NormalizedName] = set()

    def noted(name: str) -> Iterable[str]:
        asked.add(canonicalize_name(name))
        return requirements_of(name)

    lacking(lock, roots, environment, noted)
    return asked


def installed_requirements(name: str) -> Iterator[str]:
    """What the installed distribution asks for."""
    yield from metadata.distribution(name).requires or ()


def admits(entry: Entry, python: str) -> bool:
    """Whether the distribution says that it runs under that Python; another release of it says nothing."""
    found = metadata.distribution(entry.name)
    if Version(found.version) != entry.version:
        return True
    return Version(f"{python}.0") in SpecifierSet(found.metadata.get("Requires-Python") or "")


def classified() -> tuple[str, ...]:
    """The releases of Python that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    prefix = "Programming Language :: Python :: "
    return tuple(each.removeprefix(prefix) for each in project["classifiers"] if each.startswith(prefix))


def of_project(*extras: str) -> list[str]:
    """What pyproject.toml asks for, with extras; its own name stands for its other extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"]]
    for extra in extras:
        for line in project["optional-dependencies"][extra]:
            own = Requirement(line)
            lines += of_project(*own.extras) if own.name == project["name"] else [line]
    return lines


def of_build() -> list[str]:
    """What builds the wheel, and what installs it."""
    system = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]
    return [*system["requires"], "uv"]
