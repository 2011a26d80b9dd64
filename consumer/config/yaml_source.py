"""
A YAML file as plain values with their lines.

It reads the parser's nodes instead of loaded objects: so it reports every duplicate key, and an id written as
``0400`` stays text instead of becoming the number 400.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

Path = tuple[str | int, ...]
TAG = "tag:yaml.org,2002:"
MAX_VALUES = 100_000
MAX_DEPTH = 50
MAX_OPEN_BRACKETS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error at a path of the file."""

    path: Path
    line: int
    message: str


@dataclass(slots=True, kw_only=True)
class Tree:
    """
    The content of a file.

    Attributes:
        value: dictionaries with text keys, lists, text, int, bool and None.
        lines: the line of each key or list entry, counted from 1.
        problems: errors of YAML and duplicate keys.
    """

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """The line of a path, or of its nearest parent."""
        return next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 1)


def parse(text: str) -> Tree:
    """The tree of a text; text that is not YAML gives a tree with one problem."""
    node = compose(text)
    if isinstance(node, Problem):
        return Tree(problems=[node])
    tree = Tree()
    try:
        tree.value = None if node is None else _Reader(tree).read(node, ())
    except _BeyondError as error:
        # The other problems are dropped: the file is not read further.
        return Tree(problems=[Problem(path=(), line=error.line, message=str(error))])
    return tree


def compose(text: str) -> Node | Problem | None:
    """The parser's nodes of a text: None for one without content, a problem for one that is not YAML."""
    try:
        _refuse_towers(text)
        found: Node | None = YAML().compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return Problem(path=(), line=line, message=f"is not YAML: {error.problem or error.context}")
    except YAMLError as error:
        return Problem(path=(), line=1, message=f"is not YAML: {str(error).splitlines()[0]}")
    except RecursionError:
        return Problem(path=(), line=1, message=f"nests deeper than {MAX_DEPTH} levels")
    return found


def _refuse_towers(text: str) -> None:
    # The scanner visits every open bracket for each token. Brackets within texts count too, so the limit is
    # high.
    depth = 0
    for bracket in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if bracket[0] in "[{" else max(0, depth - 1)
        if depth > MAX_OPEN_BRACKETS:
            raise RecursionError


class _BeyondError(Exception):
    """The file has too many values or nests too deeply."""

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.line = node.start_mark.line + 1


class _Reader:
    """Reads the nodes of one file into one tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._open: list[Node] = []
        self._count = 0

    def read(self, node: Node, path: Path) -> Any:
        """The plain value of a node; adds its lines and problems to the tree."""
        self._count += 1
        if self._count > MAX_VALUES:
            raise _BeyondError(f"stands for more than {MAX_VALUES:,} values, with its aliases", node)
        if isinstance(node, ScalarNode):
            return _plain(node)
        if any(node is outer for outer in self._open):
            self._complain(node, path, "contains itself through an alias")
            return None
        if len(self._open) >= MAX_DEPTH:
            raise _BeyondError(f"nests deeper than {MAX_DEPTH} levels", node)
        self._open.append(node)
        value = self._mapping(node, path) if isinstance(node, MappingNode) else self._sequence(node, path)
        self._open.pop()
        return value

    def _sequence(self, node: Node, path: Path) -> list[Any]:
        for index, entry in enumerate(node.value):
            self._tree.lines[*path, index] = entry.start_mark.line + 1
        return [self.read(entry, (*path, index)) for index, entry in enumerate(node.value)]

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in _own_entries(node):
            key = str(key_node.value)
            place = (*path, key)
            if key in found:
                first = self._tree.lines[place]
                self._complain(key_node, place, f"stands here a second time, first in line {first}; keep one")
                continue
            self._tree.lines[place] = key_node.start_mark.line + 1
            found[key] = self.read(value_node, place)
        return self._merged(node, path) | found

    def _merged(self, node: MappingNode, path: Path) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for source in _merge_sources(node):
            value = self.read(source, path)
            merged = (value if isinstance(value, dict) else {}) | merged
        return merged

    def _complain(self, node: Node, path: Path, message: str) -> None:
        self._tree.problems.append(Problem(path=path, line=node.start_mark.line + 1, message=message))


def _own_entries(node: MappingNode) -> Iterator[tuple[Node, Node]]:
    return ((key, value) for key, value in node.value if key.tag != TAG + "merge")


def _merge_sources(node: MappingNode) -> Iterator[Node]:
    for key, value in node.value:
        if key.tag == TAG + "merge":
            yield from value.value if not isinstance(value, MappingNode) else (value,)


def _plain(node: ScalarNode) -> str | int | bool | None:
    text = str(node.value)
    match node.tag:
        case "tag:yaml.org,2002:null":
            return None
        case "tag:yaml.org,2002:bool":
            return text.lower() == "true"
        case "tag:yaml.org,2002:int" if text == text.strip() and text.lstrip("-").isdecimal():
            return int(text) if str(int(text)) == text else text
        case _:
            return text
