"""Which broker a run of the tests uses: the first that applies."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.integration.brokers import apache, docker, embedded, external


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker that can be run in a directory; `is_substitute` when it is certainly not Apache Kafka."""

    label: str
    run: Callable[[Path], AbstractContextManager[str]]
    is_substitute: bool = False


@cache
def chosen() -> Broker | None:
    """The broker of this run; None when there is none. Starts nothing."""
    if external.is_available():
        return Broker(label=f"named by {external.VARIABLE}", run=external.run)
    if docker.is_available():
        return Broker(label=f"{docker.IMAGE} (Docker)", run=docker.run)
    if apache.is_available():
        label = f"Apache Kafka {apache.version()} (Maven Central)"
        return Broker(label=label, run=apache.run)
    if embedded.is_available():
        return Broker(
            label="noida-db, the embedded broker (NOT Apache Kafka)", run=embedded.run, is_substitute=True
        )
    return None
