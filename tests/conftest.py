"""What every run of the tests says about itself, and the one broker it uses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4
from zlib import crc32

import pytest
from hypothesis import settings

from tests.integration.brokers import selection

BROKERS = 2
"""So many processes start one under pytest-xdist."""

# How long an example takes is for tests/bench to say: a busy machine is no defect. CI tries the same examples
# in every run, so that a commit that was green stays green; everywhere else each run tries others.
settings.register_profile("explore", deadline=None, print_blob=True)
settings.register_profile("ci", settings.get_profile("explore"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "explore")

# What commands print is as wide as this says, and pytest-xdist sets it for its processes.
os.environ.pop("COLUMNS", None)


def pytest_report_header() -> str:
    broker = selection.chosen()
    return f"kafka: {broker.label}" if broker else "kafka: none found, tests marked `kafka` are skipped"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Under pytest-xdist, a few processes share the modules that need a broker, each with one of its own.

    What has a group of its own, as the fault injections have, runs beside them.
    """
    for item in items:
        if item.get_closest_marker("xdist_group"):
            continue
        if item.get_closest_marker("kafka") or "bootstrap_servers" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(f"broker{crc32(item.path.name.encode()) % BROKERS}"))


@pytest.fixture(scope="session")
def bootstrap_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the broker of this run, started when the first test asks for it."""
    broker = selection.chosen()
    if broker is None:
        pytest.skip("no broker: see tests/integration/brokers")
    with broker.run(tmp_path_factory.mktemp("kafka")) as address:
        yield address


@pytest.fixture
def topic_prefix() -> str:
    """A prefix for the topics of one test, so that tests do not meet on the broker."""
    return f"t{uuid4().hex[:8]}."
