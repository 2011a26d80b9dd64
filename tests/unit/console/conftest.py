"""The console that most tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.console_app import Console, filled


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with filled(tmp_path / "console.sqlite") as made:
        yield made
