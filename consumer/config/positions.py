"""File and line of a connection's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

RULES_REMEMBERED = 4_096


def finder(lines: Mapping[str, str]) -> Callable[[str], str]:
    """
    A function from the path of a setting to its file and line, those of its nearest parent, or else the path.

    It caches `RULES_REMEMBERED` paths: mapping calls it for every line of every document.
    """

    def find(path: str) -> str:
        parts = path.split(".")
        known = (lines.get(".".join(parts[:n])) for n in range(len(parts), 0, -1))
        return next((place for place in known if place), path)

    return lru_cache(maxsize=RULES_REMEMBERED)(find)
