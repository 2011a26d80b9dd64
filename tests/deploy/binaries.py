"""Programs of `make setup` and `make deploy-tools`; tests whose program is missing are skipped and say so."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".cache" / "tools"


def found(name: str) -> str:
    """The program's path: ours of the version the Makefile names, else whatever the machine has."""
    places = (BUILT / name, Path(sys.executable).with_name(name))
    path = next((str(each) for each in places if each.is_file()), None) or shutil.which(name)
    if path is None:
        pytest.skip(f"no {name}: run `make deploy-tools`, which needs Go")
    return path
