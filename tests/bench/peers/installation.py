"""The peers' packages: an environment of Python from a lock of their own, and jars from Maven."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.integration.brokers.apache import COPY_GOAL

HERE = Path(__file__).parent
CONNECTORS = HERE / "connectors"
FOLDER = HERE.parents[2] / "build" / "peers"
PYTHON = FOLDER / "venv" / "bin" / "python"
JARS = FOLDER / "jars"
CLASSES = FOLDER / "classes"
LIMIT_S = 600


def install() -> None:
    """Install what is not there yet, or not by the lock of today."""
    lock, pom = HERE / "requirements.lock", HERE / "pom.xml"
    if not _is_current(lock):
        _run(sys.executable, "-m", "venv", "--clear", str(FOLDER / "venv"))
        uv = Path(sys.executable).with_name("uv")
        _run(
            str(uv),
            "pip",
            "install",
            "--quiet",
            "--python",
            str(PYTHON),
            "--no-deps",
            "--require-hashes",
            "-r",
            str(lock),
        )
        _note(lock)
    if not _is_current(pom):
        _run(
            "mvn",
            "-q",
            "-B",
            "-f",
            str(pom),
            COPY_GOAL,
            "-DincludeScope=runtime",
            f"-DoutputDirectory={JARS}",
        )
        _note(pom)
    _run(
        "javac", "-nowarn", "-cp", f"{JARS}/*", "-d", str(CLASSES), str(CONNECTORS / "ParallelConsumer.java")
    )


def _is_current(file: Path) -> bool:
    noted = FOLDER / f"{file.name}.installed"
    return noted.is_file() and noted.read_bytes() == file.read_bytes()


def _note(file: Path) -> None:
    (FOLDER / f"{file.name}.installed").write_bytes(file.read_bytes())


def _run(*command: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    subprocess.run(command, check=True, timeout=LIMIT_S, capture_output=True)
