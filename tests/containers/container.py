"""A container of ours with as few rights as a cluster gives: read-only, no capabilities, nobody's uid."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.containers.engine import Engine

UID = 1_000_650_001
CONFINED = (
    "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges", f"--user={UID}:0",
)  # fmt: skip
EVENTUALLY_S = 90.0
LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One that runs in the background."""

    engine: Engine
    name: str

    @property
    def said(self) -> str:
        """Both of its streams up to now."""
        ran = self.engine.run("logs", self.name)
        return ran.stdout + ran.stderr

    def execute(self, *command: str) -> int:
        """The exit code of a command inside of it."""
        return self.engine.run("exec", self.name, *command).returncode

    def until_it_says(self, text: str) -> None:
        until(lambda: text in self.said or self._has_ended(), because=lambda: self.said)
        assert text in self.said, self.said

    def until_healthy(self) -> None:
        """By the command that its image names as health check."""
        command = health_check(self.engine, self.name)
        until(lambda: self.execute(*command) == 0 or self._has_ended(), because=lambda: self.said)
        assert not self._has_ended(), self.said

    def _has_ended(self) -> bool:
        return self.engine.done("inspect", "--format={{.State.Running}}", self.name).strip() == "false"

    def stopped(self, *, within_s: int) -> int:
        """Its exit code after SIGTERM."""
        self.engine.done("stop", f"--time={within_s}", self.name)
        return int(self.engine.done("wait", self.name))


def health_check(engine: Engine, container: str) -> list[str]:
    """The words of HEALTHCHECK, of an image or a container."""
    found = engine.done(
        "inspect", "--format={{range .Config.Healthcheck.Test}}{{println .}}{{end}}", container
    )
    how, *words = found.split()
    assert how == "CMD"
    return words


def until(
    condition: Callable[[], bool], *, because: Callable[[], str], limit_s: float = EVENTUALLY_S
) -> None:
    """Look again and again; fails with what is known after the limit."""
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, because()
        time.sleep(LOOK_EVERY_S)
