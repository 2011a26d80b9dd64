"""The README's way from an empty folder to a posted invoice, each command in a container of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from tests.containers.container import CONFINED, Container
from tests.containers.engine import Engine
from tests.containers.our_images import WORKER

SHARED = PurePosixPath("/var/lib/lago-netsuite")
FOLDER = SHARED / "walk"
# What the README writes as `set -a; . ./.env; set +a` before a command; OPS_PORT is each container's own.
IN_FOLDER = f'cd {FOLDER}; set -a; . ./.env; LAGO_NETSUITE_OPS_PORT=${{OPS_PORT:-0}}; exec lago-netsuite "$@"'


@dataclass(slots=True, kw_only=True)
class Walk:
    """
    Containers that share one folder and one network, which leads nowhere.

    Attributes:
        volume: the folder.
        names: of the containers up to now; the first one has the network.
    """

    engine: Engine
    volume: str = "walk"
    names: list[str] = field(default_factory=list)

    def begin(self) -> str:
        """What `init` prints in the volume that it makes its folder in."""
        return self.engine.done(
            "run", "--rm", *CONFINED, "--network=none", *self._mounted, WORKER, "init", str(FOLDER)
        )

    def done(self, *command: str) -> str:
        """What a command of ours prints that succeeds."""
        return self.engine.done("run", "--rm", *self._placed, *self._in_folder(WORKER), *command)

    def start(self, name: str, image: str, *command: str, ops_port: int = 0) -> Container:
        """A command of ours that stays."""
        options = [f"--name={name}", f"--env=OPS_PORT={ops_port}", *self._placed, *self._in_folder(image)]
        self.engine.done("run", "--detach", *options, *command)
        self.names.append(name)
        return Container(engine=self.engine, name=name)

    @property
    def _placed(self) -> list[str]:
        network = f"container:{self.names[0]}" if self.names else "none"
        return [*CONFINED, *self._mounted, f"--network={network}"]

    @property
    def _mounted(self) -> list[str]:
        return [f"--volume={self.volume}:{SHARED}"]

    @staticmethod
    def _in_folder(image: str) -> list[str]:
        return ["--entrypoint=sh", image, "-euc", IN_FOLDER, "lago-netsuite"]
