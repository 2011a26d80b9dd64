"""One control plane for all tests of the folder, which run by ``make cluster-check`` only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.cluster import control_plane, kubelet_stand_in, operator_kinds
from tests.deploy.cluster.control_plane import ControlPlane

MARK = "cluster"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run these only with ``-m cluster``."""
    if MARK in config.option.markexpr:
        return
    ours = [item for item in items if HERE in item.path.parents]
    config.hook.pytest_deselected(items=ours)
    items[:] = [item for item in items if item not in ours]


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """One that knows the kinds of the operators, and whose pods run as far as the API server can tell."""
    with control_plane.running(tmp_path_factory.mktemp("cluster")) as ready:
        operator_kinds.define(ready)
        with kubelet_stand_in.reporting(ready):
            yield ready
