"""
How an expression is evaluated with as few copies of values by the interpreter as possible.

The interpreter copies a variable at each use, and ``filter`` and ``map`` copy their result so far at each
element. Therefore it gets only the members that the expression names. A ``filter`` or ``map`` over a list of
the event whose body uses only the element is evaluated in Python, one element at a time; in the expression
that the interpreter gets, it is replaced by a call of a function without arguments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from consumer.config import cel_interpreter
from consumer.config.cel_interpreter import NAMES
from consumer.config.expression_cost import COMMENT, TEXT, body_of

Members = frozenset[str] | None
"""The members of a variable that an expression names; None when it uses the variable as a whole."""

_LIST = re.compile(
    rf"(?<![\w.])(?P<root>{'|'.join(NAMES)})(?P<path>(?:\s*\.\s*\w+)+?)(?=\s*\.\s*(?:filter|map)\s*\()"
)
_STEP = re.compile(r"\s*\.\s*(?P<kind>filter|map)\s*\(\s*(?P<variable>\w+)\s*,")
_MACRO = re.compile(r"\.\s*(?:all|exists|exists_?[oO]ne|filter|map)\s*\(")
# A function returns an int for both of CEL's integer types, so `uint` would be lost.
_UNSIGNED = re.compile(r"\buint\b|\d[uU]\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One ``filter`` or ``map`` whose body uses only its element.

    Attributes:
        members: those of the element that the body names.
    """

    kind: Literal["filter", "map"]
    variable: str
    body: str
    members: Members


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """
    Consecutive steps on one list.

    Attributes:
        function: name of the function that replaces them in the expression.
        root: the variable that contains their list.
        path: the keys from the variable to the list.
    """

    function: str
    root: str
    path: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpreterPlan:
    """
    An expression as the interpreter gets it.

    Attributes:
        source: the expression with the chains replaced.
        members: by variable, for those that `source` uses.
    """

    source: str
    chains: tuple[Chain, ...]
    members: tuple[tuple[str, Members], ...]


@cache
def plan(expr: str) -> InterpreterPlan:
    """The plan of an expression that compiles."""
    masked = _masked(expr)
    chains: list[Chain] = []
    text, done = "", 0
    for found in _LIST.finditer(masked):
        if found.start() < done or _is_inside(masked, found.start()):
            continue
        steps, end = _steps(expr, masked, found.end())
        if steps:
            chain = Chain(
                function=f"_list_{len(chains)}",
                root=found["root"],
                path=tuple(re.findall(r"\w+", found["path"])),
                steps=steps,
            )
            chains.append(chain)
            text, done = f"{text}{expr[done : found.start()]}{chain.function}()", end
    source = text + expr[done:]
    used = cel_interpreter.compiled(source).variables()
    members = tuple((name, _members(name, _masked(source))) for name in NAMES if name in used)
    return InterpreterPlan(source=source, chains=tuple(chains), members=members)


def only(members: Members, value: Any) -> Any:
    """The value with the named members only; unchanged when `members` is None or it is no mapping."""
    if members is None or not isinstance(value, Mapping):
        return value
    return {name: value[name] for name in members if name in value}


def _masked(expr: str) -> str:
    """The expression with the contents of string literals and comments replaced by blanks; same length."""
    bare = TEXT.sub(lambda found: "'" + " " * (len(found[0]) - 2) + "'", expr)
    return COMMENT.sub(lambda found: " " * len(found[0]), bare)


def _is_inside(masked: str, at: int) -> bool:
    """Whether the position is in the body of a macro, or follows a dot and so names a member."""
    macros = (found.end() for found in _MACRO.finditer(masked, 0, at))
    return masked[:at].rstrip().endswith(".") or any(
        at < start + len(body_of(masked, start)) for start in macros
    )


def _steps(expr: str, masked: str, at: int) -> tuple[tuple[Step, ...], int]:
    """The steps that begin at this position and use only their element, and the position after them."""
    steps: list[Step] = []
    while (found := _STEP.match(masked, at)) is not None:
        inner, variable = body_of(masked, found.end()), found["variable"]
        end = found.end() + len(inner)
        body = expr[found.end() : end]
        if masked[end : end + 1] != ")" or _has_comma(inner) or not _is_plain(body, inner, variable):
            break
        kind: Literal["filter", "map"] = "filter" if found["kind"] == "filter" else "map"
        steps.append(Step(kind=kind, variable=variable, body=body, members=_members(variable, inner)))
        at = end + 1
    return tuple(steps), at


def _has_comma(masked: str) -> bool:
    """Whether the text has a comma outside brackets, so that it is more than one argument."""
    depth = 0
    for each in masked:
        depth += (each in "([{") - (each in ")]}")
        if each == "," and depth == 0:
            return True
    return False


def _is_plain(body: str, masked: str, variable: str) -> bool:
    bound = cel_interpreter.macro_variables(masked)
    if bound & {*NAMES, variable} or _UNSIGNED.search(masked):
        return False
    try:
        used = set(cel_interpreter.compiled(body).variables())
    except ValueError:
        return False
    return used <= {variable, *bound, *cel_interpreter.libraries()}


def _members(name: str, masked: str) -> Members:
    found = re.findall(rf"(?<![\w.])(?<!\.\s){name}\b(?:\s*\.\s*(\w+)\b(?!\s*\())?", masked)
    return frozenset(found) if all(found) else None
