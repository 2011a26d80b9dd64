"""Where the settings of a connection stand in their file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

RULES_REMEMBERED = 4_096


def finder(lines: Mapping[str, str]) -> Callable[[str], str]:
    """
    What finds the place of a setting by its path, or that of its nearest known parent, or gives the path.

    It remembers: it is asked for every line of every document, mostly for the same few settings.
    """

    def find(path: str) -> str:
        parts = path.split(".")
        known = (lines.get(".".join(parts[:n])) for n in range(len(parts), 0, -1))
        return next((place for place in known if place), path)

    return lru_cache(maxsize=RULES_REMEMBERED)(find)
