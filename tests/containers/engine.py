"""
What builds images and runs containers: Docker's engine where one answers, else podman.

Podman works here as root, without systemd and without a registry. It has a store of its own, which is deleted
before and after each use: only the tarballs of what images begin with stay in `.cache`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "containers"
MEMORY = Path("/dev/shm")
MEMORY_AT_LEAST_BYTES = 4 * 2**30
BUILD_LIMIT_S = 900
LIMIT_S = 120
# runc, since crun refuses the limits of some hosts; the limits are those that any host grants.
CONF = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """
    One engine with the options that all of its commands have.

    Attributes:
        program: the command and its general options.
        building: options of ``build`` that only this engine needs.
        is_offline: there is no registry behind it, so whatever an image begins with is made here.
    """

    program: tuple[str, ...]
    building: tuple[str, ...]
    is_offline: bool

    def run(self, *arguments: str, limit_s: float = LIMIT_S) -> subprocess.CompletedProcess[str]:
        """One command of the engine, whatever its exit code."""
        return subprocess.run(
            [*self.program, *arguments],
            env=os.environ | {"CONTAINERS_CONF": str(CACHE / "containers.conf")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
        )

    def done(self, *arguments: str, limit_s: float = LIMIT_S) -> str:
        """What a command printed that has to succeed."""
        ran = self.run(*arguments, limit_s=limit_s)
        assert ran.returncode == 0, f"{' '.join(arguments)}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def build(self, tag: str, context: Path, *options: str) -> None:
        self.done("build", *self.building, *options, "--tag", tag, str(context), limit_s=BUILD_LIMIT_S)


@contextmanager
def opened() -> Iterator[Engine]:
    """The engine of this machine; podman's store is locked, since two runs would delete each other's."""
    if (
        shutil.which("docker")
        and subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    ):
        yield Engine(program=("docker",), building=(), is_offline=False)
        return
    if missing := [each for each in ("podman", "runc", "mmdebstrap") if shutil.which(each) is None]:
        pytest.fail(f"no {', no '.join(missing)}: run `make container-tools`, or start Docker")
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / "containers.conf").write_text(CONF)
    store = fast_folder() / "lago-netsuite-containers"
    with store.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        podman = _podman(store)
        _delete(podman, store)
        try:
            yield podman
        finally:
            _delete(podman, store)


def fast_folder() -> Path:
    """Memory where there is enough: dpkg and podman wait for each of thousands of files to be on the disk."""
    if not MEMORY.is_dir():
        return CACHE
    found = os.statvfs(MEMORY)
    has_room = found.f_bavail * found.f_frsize >= MEMORY_AT_LEAST_BYTES
    return MEMORY if has_room and not found.f_flag & os.ST_NOEXEC else CACHE


def _podman(store: Path) -> Engine:
    places = {"root": "root", "runroot": "run", "tmpdir": "tmp", "network-config-dir": "networks"}
    options = [f"--{option}={store / folder}" for option, folder in places.items()]
    # No health check is run by itself, which needs systemd; the format keeps what is written of it.
    building = ("--format=docker", "--network=host", "--pull=never", "--layers")
    return Engine(program=("podman", *options), building=building, is_offline=True)


def _delete(podman: Engine, store: Path) -> None:
    if not store.exists():
        return
    podman.run("rm", "--all", "--force", "--time=0")
    podman.run("network", "prune", "--force")
    # What podman starts when a container ends may still be writing there.
    end = time.monotonic() + LIMIT_S
    while store.exists():
        assert time.monotonic() < end, f"{store} cannot be deleted"
        for mounted in reversed(_mounted_below(store)):
            subprocess.run(["umount", "--lazy", mounted], check=False, capture_output=True, timeout=LIMIT_S)
        shutil.rmtree(store, ignore_errors=True)


def _mounted_below(folder: Path) -> Sequence[str]:
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return [place for line in lines if Path(place := line.split()[1]).is_relative_to(folder)]
