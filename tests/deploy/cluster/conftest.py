"""One control plane for all tests of the folder, which run by ``make cluster-check`` only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.cluster import control_plane, kubelet_stand_in, operator_kinds
from tests.deploy.cluster.control_plane import ControlPlane
from tests.deploy.cluster.kubelet_stand_in import Node

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
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Of a control plane that knows the kinds of the operators; its pods run as far as others can tell."""
    folder = tmp_path_factory.mktemp("cluster")
    with control_plane.running(folder) as ready:
        operator_kinds.define(ready)
        with kubelet_stand_in.node(ready, folder / "node") as taking:
            yield taking


@pytest.fixture(scope="session")
def plane(node: Node) -> ControlPlane:
    return node.plane
