"""What every run of the tests says about itself, and the broker that each of its processes uses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import settings

from tests.integration.brokers import selection

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


@pytest.fixture(scope="session")
def bootstrap_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the broker of this process, started when the first test asks for it."""
    broker = selection.chosen()
    if broker is None:
        pytest.skip("no broker: see tests/integration/brokers")
    with broker.run(tmp_path_factory.mktemp("kafka")) as address:
        yield address


@pytest.fixture
def topic_prefix() -> str:
    """A prefix for the topics of one test, so that tests do not meet on the broker."""
    return f"t{uuid4().hex[:8]}."
