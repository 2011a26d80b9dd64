"""The wheel of a source tree in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

LIMIT_S = 300


def install(source: Path, folder: Path) -> Path:
    """
    Build the wheel and install it by uv, without an index; gives the folder of its programs.

    Its dependencies are those that this suite runs with.
    """
    wheels, home = folder / "wheels", folder / "venv"
    _done([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)], cwd=source)
    venv.create(home, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    # A path file within another site folder is not read, so that this checkout is not found through it.
    (home / "lib" / version / "site-packages" / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    target = ["--python", str(home / "bin" / "python"), *map(str, wheels.glob("*.whl"))]
    _done(
        [sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--quiet", *target],
        UV_CACHE_DIR=str(wheels / "cache"),
    )
    return home / "bin"


def _done(command: list[str], *, cwd: Path | None = None, **environment: str) -> None:
    subprocess.run(
        command, cwd=cwd, check=True, capture_output=True, timeout=LIMIT_S, env=os.environ | environment
    )
