"""Images and containers: minutes, an engine and root, so ``-m containers`` only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers import engine, our_images
from tests.containers.engine import Engine

MARK = "containers"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run what is in this folder only with ``-m containers``."""
    ours = [item for item in items if HERE in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.containers)
    if MARK not in config.option.markexpr:
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]


@pytest.fixture(scope="session")
def containers() -> Iterator[Engine]:
    """Docker's engine where one answers, else podman with a store of its own, which is deleted at the end."""
    with engine.opened() as ready:
        yield ready


@pytest.fixture(scope="session")
def images(containers) -> Engine:
    """The engine that has both of ours."""
    our_images.build(containers)
    return containers
