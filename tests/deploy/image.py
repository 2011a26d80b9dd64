"""The Dockerfile as values, and its build stages carried out on this machine without Docker."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.binaries import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
LIMIT_S = 240
# Compiling what is installed takes as long as installing it, and is not what is tested; caches make it short.
LEFT_OUT = {"PIP_NO_CACHE_DIR", "UV_NO_CACHE", "UV_COMPILE_BYTECODE"}
CLEAN = {"PATH": "/usr/bin:/bin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One FROM with all that follows it: a base, a name, and instructions with their words."""

    base: str
    name: str
    instructions: tuple[tuple[str, str], ...]

    def of(self, word: str) -> list[str]:
        return [rest for each, rest in self.instructions if each == word]


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What a build stage has left behind: ``/build``, ``/venv`` and the sources are below its folder."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "venv" / "bin" / "python")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Python with arguments, in an environment that has nothing of ours."""
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            env=CLEAN,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )

    def done(self, *arguments: str) -> str:
        ran = self.run(*arguments)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout


def stages() -> dict[str, Stage]:
    """Every stage by its name, in the order of the file."""
    found: dict[str, Stage] = {}
    for word, rest in _instructions():
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            found[name] = Stage(base=base, name=name, instructions=())
        elif found:
            last = next(reversed(found.values()))
            more = (*last.instructions, (word, rest))
            found[last.name] = Stage(base=last.base, name=last.name, instructions=more)
    return found


def _instructions() -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    lines = (line.partition(" ") for line in joined.splitlines() if line.strip())
    return [(word, rest.strip()) for word, _, rest in lines]


def build(stage: str, folder: Path, environment: dict[str, str]) -> Image:
    """Carry out a build stage: its files copied, its commands run, other folders for its own."""
    source = folder / "src"
    source.mkdir(exist_ok=True)
    given = environment | environment_of(stage) | {"PIP_NO_COMPILE": "1"}
    for word, rest in stages()[stage].instructions:
        if word == "COPY":
            *what, where = rest.split()
            _copy(what, source / where)
        elif word == "RUN":
            command = re.sub(r"--mount=\S+", "", rest)
            _run(re.sub(r"/(build|venv)\b(?=/| |$)", rf"{folder}/\1", command), source, given)
    return Image(folder=folder)


def build_on(image: Image, stage: str, folder: Path, environment: dict[str, str]) -> Image:
    """Carry out a stage that begins with what another has left."""
    shutil.copytree(image.folder, folder, symlinks=True)
    return build(stage, folder, environment_of(stages()[stage].base) | environment)


def environment_of(stage: str) -> dict[str, str]:
    """What ENV sets in a stage, without what only makes it slower here."""
    words = [word for rest in stages()[stage].of("ENV") for word in shlex.split(rest)]
    pairs = (word.partition("=") for word in words)
    return {name: value for name, _, value in pairs if name not in LEFT_OUT}


def _copy(what: list[str], where: Path) -> None:
    for each in what:
        origin = ROOT / each
        if origin.is_dir():
            shutil.copytree(origin, where, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target = where / origin.name if len(what) > 1 or where.is_dir() else where
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin, target)


def _run(command: str, cwd: Path, environment: dict[str, str]) -> None:
    python = Path(sys.executable).resolve().parent
    exported = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
    ran = subprocess.run(
        ["bash", "-euc", f"export PATH={python}:$PATH {exported}; {command}"],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
