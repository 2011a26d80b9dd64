"""Kafka in a container, where a Docker engine runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Apache Kafka 3.9 in the packaging that testcontainers knows how to start in KRaft mode.
IMAGE = "confluentinc/cp-kafka:7.9.0"
SOCKET = Path("/var/run/docker.sock")
ENGINE_LIMIT_S = 3


def is_available() -> bool:
    """Whether a Docker engine answers."""
    if not os.environ.get("DOCKER_HOST") and not SOCKET.exists():
        return False
    import docker  # noqa: PLC0415 - heavy, and needed only where there may be an engine

    try:
        docker.from_env(timeout=ENGINE_LIMIT_S).close()
    except docker.errors.DockerException:
        return False
    return True


@contextmanager
def run(_: Path) -> Iterator[str]:
    """A broker in a container of its own; gives the bootstrap address."""
    from testcontainers.community.kafka import KafkaContainer  # noqa: PLC0415 - as above

    with KafkaContainer(IMAGE).with_kraft() as container:
        yield container.get_bootstrap_server()
