"""deploy/compose.yaml as values, its anchors merged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
PORT = re.compile(r"(\S+?):\$\{(\w+):-(\d+)\}:(\d+)")
FILE = ROOT / "deploy" / "compose.yaml"
COMPOSE: dict[str, Any] = YAML(typ="safe").load(FILE)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
IMAGES = {"lago-netsuite:": "worker", "lago-netsuite-sandbox:": "sandbox"}
SHARED = "/var/lib/lago-netsuite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port of a container, published on the host under a number that a variable can change."""

    address: str
    variable: str
    usual: int
    inside: int


def is_ours(name: str) -> bool:
    return str(SERVICES[name]["image"]).startswith(tuple(IMAGES))


def target(name: str) -> str:
    """The target of the Dockerfile that a service of ours is made from."""
    return next(made for image, made in IMAGES.items() if SERVICES[name]["image"].startswith(image))


OURS = [name for name in SERVICES if is_ours(name)]
OTHERS = [name for name in SERVICES if not is_ours(name)]


def mounts(name: str) -> list[tuple[str, str]]:
    """What is mounted where, without the mode."""
    return [tuple(each.split(":")[:2]) for each in SERVICES[name].get("volumes", [])]


def published(name: str) -> list[tuple[str, int]]:
    """The address on the host and the port of the container."""
    return [(each.address, each.inside) for each in ports(name)]


def ports(name: str) -> list[Port]:
    """What a service publishes; each has to be chosen by a variable."""
    found = (PORT.fullmatch(each) for each in SERVICES[name].get("ports", []))
    return [
        Port(address=each[1], variable=each[2], usual=int(each[3]), inside=int(each[4]))
        for each in found
        if each
    ]
