"""deploy/compose.yaml in containers: its services in the order of their dependencies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from consumer.sandbox.broker import free_port
from tests.containers.container import Container, until
from tests.containers.engine import Engine
from tests.deploy import compose
from tests.deploy.compose import COMPOSE, FILE, SERVICES

PROJECT = COMPOSE["name"]
VARIABLE = re.compile(r"\$\{\w+:-([^}]*)\}")
ONCE_LIMIT_S = 120


@dataclass(slots=True, kw_only=True)
class Services:
    """
    Those that are up.

    Attributes:
        left_out: what has no image here, and nothing depends on.
        published: the port on this machine of each published port, by service.
    """

    engine: Engine
    left_out: frozenset[str]
    published: dict[str, int] = field(default_factory=dict)
    up: list[str] = field(default_factory=list)

    def start(self) -> None:
        """All of them, each when what it depends on is well or has ended well."""
        self.engine.done("network", "create", PROJECT)
        for name in in_order(self.left_out):
            for number in range(1, SERVICES[name].get("deploy", {}).get("replicas", 1) + 1):
                self._start(name, number)
            self._wait(name)

    def container(self, name: str, number: int = 1) -> Container:
        return Container(engine=self.engine, name=f"{name}-{number}")

    def stop(self) -> dict[str, int]:
        """SIGTERM to each, the last one first; their exit codes."""
        return {name: self._stopped(name) for name in reversed(self.up)}

    def _stopped(self, container: str) -> int:
        grace = SERVICES[container.rpartition("-")[0]].get("stop_grace_period", "10s").removesuffix("s")
        return Container(engine=self.engine, name=container).stopped(within_s=int(grace))

    def _start(self, name: str, number: int) -> None:
        service, container = SERVICES[name], f"{name}-{number}"
        options = [*_rights(service), *_files(service), *self._place(name, service)]
        variables = [f"--env={key}={value}" for key, value in service.get("environment", {}).items()]
        command = [str(word) for word in service.get("command", [])]
        image = VARIABLE.sub(r"\1", service["image"])
        self.engine.done("run", "--detach", f"--name={container}", *options, *variables, image, *command)
        if service.get("restart") != "no":
            self.up.append(container)

    def _place(self, name: str, service: dict[str, Any]) -> Iterator[str]:
        """Its network, with its name there, and what it publishes under a port that is free."""
        if mode := service.get("network_mode"):
            yield f"--network=container:{mode.removeprefix('service:')}-1"
            return
        yield from (f"--network={PROJECT}", f"--network-alias={name}")
        for port in compose.ports(name):
            self.published[name] = free_port()
            yield f"--publish={port.address}:{self.published[name]}:{port.inside}"

    def _wait(self, name: str) -> None:
        """For what others wait for: the end where it ends, health where something asks for it."""
        service, container = SERVICES[name], self.container(name)
        if service.get("restart") != "no":
            until(
                lambda: container.execute(*map(str, service["healthcheck"]["test"][1:])) == 0,
                because=lambda: container.said,
            )
        elif name in _awaited():
            assert self.engine.done("wait", container.name, limit_s=ONCE_LIMIT_S).strip() == "0", (
                container.said
            )


def in_order(left_out: frozenset[str]) -> list[str]:
    """What a service depends on comes before it."""
    ordered: list[str] = []
    waiting = [name for name in SERVICES if name not in left_out]
    while waiting:
        name = next(each for each in waiting if set(SERVICES[each].get("depends_on", {})) <= {*ordered})
        ordered.append(name)
        waiting.remove(name)
    return ordered


def _awaited() -> set[str]:
    return {other for service in SERVICES.values() for other in service.get("depends_on", {})}


def _rights(service: dict[str, Any]) -> Iterator[str]:
    yield from ["--read-only"] if service.get("read_only") else []
    yield from (f"--cap-drop={each}" for each in service.get("cap_drop", []))
    yield from (f"--security-opt={each.removesuffix(':true')}" for each in service.get("security_opt", []))
    yield from (f"--tmpfs={each}" for each in service.get("tmpfs", []))


def _files(service: dict[str, Any]) -> Iterator[str]:
    for each in service.get("volumes", []):
        source, _, rest = each.partition(":")
        yield f"--volume={source if source in COMPOSE['volumes'] else FILE.parent / source}:{rest}"
