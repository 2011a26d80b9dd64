"""What the program logs: the names of all events, read from its source."""

from __future__ import annotations

import ast
import json
import re
from functools import cache

from tests.support.documented_commands import Command
from tests.support.readme import ROOT

LEVELS = frozenset({"debug", "info", "warning", "error", "exception"})


@cache
def names() -> frozenset[str]:
    """Those of every call of a logger."""
    calls = (
        node
        for file in (ROOT / "consumer").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
    )
    return frozenset(name for call in calls for name in _named_by(call))


def lines() -> str:
    """A log with a line of each."""
    return "".join(json.dumps({"event": name}) + "\n" for name in sorted(names()))


def looked_for(command: Command) -> set[str]:
    """The events, or the beginnings of some, that the `grep` of a command lets through."""
    found = re.findall(r"grep (?:-E )?'?([\w|]+)", command.line)
    return {one for each in found for one in each.split("|")}


def _named_by(call: ast.Call) -> tuple[str, ...]:
    match call:
        case ast.Call(func=ast.Attribute(attr=level), args=[ast.Constant(value=str(name)), *_]):
            return (name,) if level in LEVELS else ()
        case ast.Call(func=ast.Attribute(attr="log"), args=[_, ast.Constant(value=str(name)), *_]):
            return (name,)
    return ()
