"""
Writes the chart's README from the comments of its values: ``make chart-files``.

A comment above a value, or behind it, is what the table says of it; one above a group stands above its table.
All parts have the worker's settings of pods, so what is said of those there is repeated. Python's standard
library is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CHART = Path(__file__).parent / "lago-netsuite"
LINE = re.compile(r"(?P<indent> *)(?P<key>[\w-]+):(?: +(?P<value>\S.*?))?(?: +# (?P<behind>.*))?")
BLOCK = "|"
SHARED = frozenset({
    "podLabels", "podAnnotations", "nodeSelector", "tolerations", "affinity", "topologySpreadConstraints",
    "priorityClassName", "podDisruptionBudget",
})  # fmt: skip
HEAD = """# The chart of lago-netsuite

Carries Lago's billing events from Kafka into Oracle NetSuite. How to install it, how many and how large:
[deploy/README.md](../../README.md). `helm test` checks an installation; `values.schema.json` and the chart
refuse what cannot work before anything is applied.

Made from `values.yaml` by `make chart-files`; edit the comments there.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One key of values.yaml: its path, its default as it is written, empty for a group, and its comment."""

    path: tuple[str, ...]
    default: str
    meaning: str


def readme(values: str) -> str:
    """The README of a values.yaml."""
    found = list(read(values))
    meanings = {each.path[-1]: each.meaning for each in reversed(found) if each.meaning}
    groups = [each for each in found if len(each.path) == 1 and not each.default]
    alone = [each for each in found if len(each.path) == 1 and each.default]
    parts = [HEAD, *_table(alone, meanings)]
    for group in groups:
        parts += [f"\n## {group.path[0]}\n", *([group.meaning, ""] if group.meaning else [])]
        parts += _table(
            [each for each in found if each.path[0] == group.path[0] and each is not group], meanings
        )
    return "\n".join(parts) + "\n"


def read(values: str) -> Iterator[Value]:
    """Every key with what is said of it, in the order of the file."""
    path: list[tuple[int, str]] = []
    comment: list[str] = []
    lines = values.splitlines()
    for number, line in enumerate(lines):
        match = LINE.fullmatch(line)
        if match and not (path and lines[number - 1].endswith(f": {BLOCK}")):
            indent = len(match["indent"])
            path = [each for each in path if each[0] < indent] + [(indent, match["key"])]
            default = match["value"] or ""
            shown = lines[number + 1].strip() if default == BLOCK else default
            said = " ".join([*comment, *([match["behind"]] if match["behind"] else [])])
            yield Value(path=tuple(key for _, key in path), default=shown, meaning=said)
        comment = [*comment, line.strip().removeprefix("# ")] if line.lstrip().startswith("#") else []


def _table(values: Sequence[Value], meanings: dict[str, str]) -> list[str]:
    rows = [_row(each, meanings) for each in values if each.default or each.meaning]
    return ["| Value | Default | Meaning |", "|---|---|---|", *rows] if rows else []


def _row(value: Value, meanings: dict[str, str]) -> str:
    key = value.path[-1]
    meaning = value.meaning or (meanings.get(key, "") if key in SHARED else "")
    default = f"`{value.default}`" if value.default else ""
    return "| `{}` | {} | {} |".format(".".join(value.path), *(_cell(each) for each in (default, meaning)))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    (CHART / "README.md").write_text(readme((CHART / "values.yaml").read_text()))
