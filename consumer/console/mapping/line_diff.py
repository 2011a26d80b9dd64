"""Two texts compared line by line: hunks for a page, and a patch for ``git apply`` and ``patch``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

AROUND = 3
"""So many lines that stay are shown around those that change."""
MOST_PAIRS = 100_000
"""Of equal lines; beyond it all lines between the first change and the last count as changed."""
_NO_END = "\n\\ No newline at end of file\n"

Kind = Literal["same", "removed", "added"]
_SIGNS: dict[Kind, str] = {"same": " ", "removed": "-", "added": "+"}
_Range = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """
    One line.

    Attributes:
        before: its number in the old text, from 1; None for one that is added.
        after: its number in the new text; None for one that is removed.
        text: with its line end, which only the last line may lack.
    """

    kind: Kind
    before: int | None
    after: int | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Lines that change, with some around them; numbers of the first lines, from 1."""

    before: int
    after: int
    lines: tuple[DiffLine, ...]

    def count(self, *kinds: Kind) -> int:
        """How many of its lines are of these kinds."""
        return sum(each.kind in kinds for each in self.lines)


def hunks(before: str, after: str) -> tuple[Hunk, ...]:
    """What changes, from top to bottom; nothing for equal texts."""
    left, right = lines_of(before), lines_of(after)
    changes = list(_changes(left, right))
    return tuple(_hunk(left, right, group) for group in _groups(changes))


def patch(before: str, after: str, name: str) -> str:
    """The change as a unified diff of the file with this name; empty for equal texts."""
    found = hunks(before, after)
    if not found:
        return ""
    end = "\t\n" if " " in name else "\n"
    return "".join(
        (f"--- a/{name}{end}+++ b/{name}{end}", *(part for each in found for part in _written(each)))
    )


def lines_of(text: str) -> list[str]:
    """The lines with their ends. Only a line feed ends one, as for ``git apply``."""
    parts = text.split("\n")
    last = [parts[-1]] if parts[-1] else []
    return [*(f"{each}\n" for each in parts[:-1]), *last]


def _changes(left: Sequence[str], right: Sequence[str]) -> Iterator[_Range]:
    """The ranges of lines that differ: from and up to in the old text, from and up to in the new one."""
    begin, limit = 0, min(len(left), len(right))
    while begin < limit and left[begin] == right[begin]:
        begin += 1
    end = 0
    while end < limit - begin and left[-1 - end] == right[-1 - end]:
        end += 1
    old, new = left[begin : len(left) - end], right[begin : len(right) - end]
    if _pairs(old, new) > MOST_PAIRS:
        yield begin, begin + len(old), begin, begin + len(new)
        return
    for kind, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            yield begin + i, begin + j, begin + k, begin + m


def _pairs(left: Sequence[str], right: Sequence[str]) -> int:
    """How many pairs of lines difflib looks at; it leaves out lines that more than one in a hundred are."""
    counts, most = Counter(right), len(right) // 100 + 1
    return sum(counts[each] for each in left if counts[each] <= max(most, 200))


def _groups(changes: Sequence[_Range]) -> Iterator[list[_Range]]:
    """Changes whose surroundings touch are in one hunk."""
    group: list[_Range] = []
    for each in changes:
        if group and each[0] - group[-1][1] > 2 * AROUND:
            yield group
            group = []
        group.append(each)
    if group:
        yield group


def _hunk(left: Sequence[str], right: Sequence[str], group: Sequence[_Range]) -> Hunk:
    first, last = group[0], group[-1]
    lead = min(AROUND, first[0])
    at, shift = first[0] - lead, first[2] - first[0]
    lines: list[DiffLine] = []
    for old, old_end, new, new_end in group:
        lines += _same(left, range(at, old), new - old)
        lines += (
            DiffLine(kind="removed", before=n + 1, after=None, text=left[n]) for n in range(old, old_end)
        )
        lines += (
            DiffLine(kind="added", before=None, after=n + 1, text=right[n]) for n in range(new, new_end)
        )
        at = old_end
    lines += _same(left, range(at, min(len(left), at + AROUND)), last[3] - last[1])
    begin = first[0] - lead
    return Hunk(before=begin + 1, after=begin + shift + 1, lines=tuple(lines))


def _same(left: Sequence[str], numbers: range, shift: int) -> Iterator[DiffLine]:
    for n in numbers:
        yield DiffLine(kind="same", before=n + 1, after=n + shift + 1, text=left[n])


def _written(hunk: Hunk) -> Iterator[str]:
    old, new = hunk.count("same", "removed"), hunk.count("same", "added")
    yield f"@@ -{_range(hunk.before, old)} +{_range(hunk.after, new)} @@\n"
    for each in hunk.lines:
        yield f"{_SIGNS[each.kind]}{each.text}" + ("" if each.text.endswith("\n") else _NO_END)


def _range(first: int, count: int) -> str:
    # Without lines it is the number of the line before.
    return f"{first if count else first - 1},{count}"
