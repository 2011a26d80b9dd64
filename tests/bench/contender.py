"""What is measured: our worker, or another connector that takes its place."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """
    A connector as a command.

    Attributes:
        has_probe: it answers ``/readyz`` when it has its partitions; another is ready at its first call.
    """

    name: str
    title: str
    command: tuple[str, ...]
    has_probe: bool = True


OURS = Contender(name="ours", title="lago-netsuite", command=(sys.executable, "-m", "consumer", "worker"))
ONE_A_CALL = Contender(
    name="ours-1",
    title="lago-netsuite, one record a call",
    command=(sys.executable, "-m", "tests.bench.one_a_call", "worker"),
)
