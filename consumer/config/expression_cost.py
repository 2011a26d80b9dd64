"""
The maximum cost of one evaluation of a CEL expression, from its text and the size of its variables.

The interpreter cannot be interrupted. It copies a variable at each use, and ``map`` and ``filter`` copy their
result so far at each element. So the maximum number of visited values is computed before each evaluation: the
runs of every macro, multiplied for nested ones, times the values that its body uses and those that it copies.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from consumer.config.value_extent import Extent

MAX_CHARS = 2_000
MAX_NESTED_MACROS = 3
MAX_MACROS = 16
MAX_GROWTH = 1_000
MAX_VISITS = 2_000_000
"""Budget of one event; about a second."""
VISITS_OF_A_LOOK = 4
"""How many times longer it takes to copy a value of a variable than one of a result (measured)."""
MAX_LIST_ITEMS = 10_000
FREE_VISITS = 8 * VISITS_OF_A_LOOK
"""For each value of an event so many visits are not counted, however large the event is."""

TEXT = re.compile(r"[rRbB]*(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")", re.DOTALL)
COMMENT = re.compile(r"//[^\n]*")
_MACRO = r"\.\s*(?P<kind>all|exists|exists_?[oO]ne|filter|map)\s*\(\s*(?P<variable>\w+)\s*,"
_STEP = re.compile(
    rf"(?P<macro>{_MACRO})|(?P<open>\()|(?P<close>\))|(?<![\w.])(?P<root>event|customer|fee)\b"
)
_RECEIVER = re.compile(r"\.\s*(\w+)\s*$")
_MAX_NAME_CHARS = 80
_MAKES_LISTS = re.compile(r"\b(?:split|range)\s*\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """
    One macro such as ``map``.

    Attributes:
        over: the last name before it, such as ``fees``; None when that is not a name.
        variable: the name of an element in its body.
        start: position of its body in the text.
        around: index of the macro whose body contains it; None at the top.
        keeps: what its result contains: nothing, single values, or whole elements.
    """

    over: str | None
    variable: str
    start: int
    around: int | None
    keeps: Literal["nothing", "values", "elements"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """
    The structure of one expression.

    Attributes:
        loops: its macros.
        looks: each use of a variable, with the index of the macro whose body contains it.
        longest_literal: the most items of a list that the expression itself makes.
        growth: by which factor its macros can lengthen a text, at most.
    """

    loops: tuple[Loop, ...]
    looks: tuple[tuple[str, int | None], ...]
    longest_literal: int
    growth: int

    @property
    def nesting(self) -> int:
        """The largest number of macros nested in one another."""
        return max((len(self._around(index)) for index in range(len(self.loops))), default=0)

    def visits(self, extent: Extent) -> int:
        """How many values an evaluation visits at most."""
        runs = [self._runs(index, extent) for index in range(len(self.loops))]
        looked = sum(extent.nodes.get(root, 1) * (1 if at is None else runs[at]) for root, at in self.looks)
        copied = sum(
            count * self._kept(loop, extent) // 2 for count, loop in zip(runs, self.loops, strict=True)
        )
        return sum(runs) + VISITS_OF_A_LOOK * looked + copied

    def _kept(self, loop: Loop, extent: Extent) -> int:
        items = max(self.longest_literal, extent.of(loop.over))
        return {"nothing": 0, "values": items, "elements": max(items, extent.held_by(loop.over))}[loop.keeps]

    def _around(self, index: int | None) -> list[Loop]:
        found = []
        while index is not None:
            found.append(self.loops[index])
            index = self.loops[index].around
        return found

    def _runs(self, index: int, extent: Extent) -> int:
        runs = 1
        for loop in self._around(index):
            runs *= max(1, self.longest_literal, extent.of(loop.over))
        return runs


@cache
def shape(source: str) -> Shape:
    """
    The structure of an expression.

    Raises:
        ValueError: it is longer than `MAX_CHARS`, has too many or too deeply nested macros, or can make a
            text more than `MAX_GROWTH` times longer.
    """
    if len(source) > MAX_CHARS:
        raise ValueError(f"has {len(source):,} characters; an expression may have {MAX_CHARS:,}")
    text = COMMENT.sub("", TEXT.sub("''", source))
    found = _read(text)
    if len(found.loops) > MAX_MACROS:
        raise ValueError(f"has {len(found.loops)} macros such as map and filter; it may have {MAX_MACROS}")
    if found.nesting > MAX_NESTED_MACROS:
        raise ValueError(
            f"has {found.nesting} macros such as map in one another; it may have {MAX_NESTED_MACROS}"
        )
    if found.growth > MAX_GROWTH:
        raise ValueError(f"could make a text more than {MAX_GROWTH:,} times longer by its macros")
    return found


def _read(text: str) -> Shape:
    loops: list[Loop] = []
    looks: list[tuple[str, int | None]] = []
    brackets: list[int | None] = []
    for step in _STEP.finditer(text):
        around = next((index for index in reversed(brackets) if index is not None), None)
        if step["macro"]:
            brackets.append(len(loops))
            loops.append(_loop(text, step, around))
        elif step["open"]:
            brackets.append(None)
        elif step["close"]:
            del brackets[-1:]
        else:
            looks.append((step["root"], around))
    growth = math.prod(max(1, _count(loop.variable, body_of(text, loop.start))) for loop in loops)
    literal = MAX_LIST_ITEMS if _MAKES_LISTS.search(text) else text.count(",") + 1
    return Shape(loops=tuple(loops), looks=tuple(looks), longest_literal=literal, growth=growth)


def _loop(text: str, step: re.Match[str], around: int | None) -> Loop:
    before = _RECEIVER.search(text[max(0, step.start() - _MAX_NAME_CHARS) : step.start()])
    over, variable, kind = before[1] if before else None, step["variable"], step["kind"]
    is_flat = kind == "map" and re.fullmatch(rf"\s*{variable}(?:\s*\.\s*\w+)+\s*", body_of(text, step.end()))
    keeps: Literal["nothing", "values", "elements"] = "elements"
    if kind not in ("map", "filter"):
        keeps = "nothing"
    elif is_flat:
        keeps = "values"
    return Loop(over=over, variable=variable, start=step.end(), around=around, keeps=keeps)


def body_of(text: str, start: int) -> str:
    """The text between an opening bracket before `start` and its closing bracket."""
    depth = 1
    for end in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            return text[start:end]
    return text[start:]


def _count(name: str, body: str) -> int:
    return len(re.findall(rf"(?<![\w.]){name}\b", body))
