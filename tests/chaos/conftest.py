"""Fixtures of fault injections: marks, and a cluster of their own when Kafka is the target."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos.cluster import Brokers, brokers
from tests.chaos.event_feed import seeds
from tests.integration import running_programs
from tests.integration.brokers import apache

LONG = "chaos_long"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the long fault injections only with ``-m chaos_long``."""
    if LONG in config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker(LONG)]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def one_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    """A broker whose network can be attacked."""
    with _apache(tmp_path_factory.mktemp("one"), count=1) as ready:
        yield ready


@pytest.fixture
def three_brokers(tmp_path: Path) -> Iterator[Brokers]:
    """Three brokers, so that the cluster works without one of them."""
    with _apache(tmp_path / "three", count=3) as ready:
        yield ready


@pytest.fixture
def netsuite(tmp_path: Path) -> Iterator[running_programs.Sandbox]:
    with running_programs.sandbox(tmp_path) as ready:
        yield ready


@pytest.fixture
def seed(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> int:
    """A new seed in every run but CI's, printed, and shown with a failure; ``CHAOS_SEEDS=17`` repeats one."""
    [drawn, *_] = seeds(1)
    request.node.add_report_section("setup", "seed", f'CHAOS_SEEDS="{drawn}" repeats this')
    with capsys.disabled():
        print(f"\n  seed {drawn}", end="")  # noqa: T201 - see above
    return drawn


@contextmanager
def _apache(folder: Path, *, count: int) -> Iterator[Brokers]:
    apache.require()
    with brokers(folder, count) as ready:
        yield ready
