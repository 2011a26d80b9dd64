"""A package index of a later day: of everything that is locked there is a newer release, which is empty."""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from collections.abc import Iterable
from pathlib import Path

VERSION = "9999.0"


def publish(names: Iterable[str], folder: Path) -> dict[str, str]:
    """
    Put a wheel of each into a folder; gives the environment that makes pip and uv look there too.

    A resolver takes the newer release. An installation with the hashes of a lock does not.
    """
    folder.mkdir(parents=True)
    for name in names:
        _wheel(name.replace("-", "_").replace(".", "_"), folder)
    others = os.environ.get("PIP_FIND_LINKS", "")
    return {"PIP_FIND_LINKS": f"{folder} {others}".strip(), "UV_FIND_LINKS": str(folder)}


def _wheel(name: str, folder: Path) -> None:
    info = f"{name}-{VERSION}.dist-info"
    files = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {VERSION}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items()]
    files[f"{info}/RECORD"] = "".join([*lines, f"{info}/RECORD,,\n"])
    with zipfile.ZipFile(folder / f"{name}-{VERSION}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
