"""The table of this folder's README: complete, and true."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

README = Path(__file__).with_name("README.md")
ROOT = Path(__file__).parents[2]
ROWS, INVARIANTS = 29, 14
LINE = re.compile(r"^\| (\d+) \|.*\| (`tests/.*`) \|$", re.MULTILINE)


def table(heading: str) -> dict[int, list[str]]:
    """The tests of each line, by its number."""
    [section] = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", README.read_text(), re.MULTILINE | re.DOTALL)
    return {int(number): re.findall(r"`(.+?)`", tests) for number, tests in LINE.findall(section)}


MATRIX, ALWAYS = table("Failure matrix"), table("Invariants")
NAMED = sorted({test for lines in (MATRIX, ALWAYS) for tests in lines.values() for test in tests})


@cache
def functions(path: str) -> dict[str, str]:
    """Every function of a file, with its docstring."""
    tree = ast.parse((ROOT / path).read_text())
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name: ast.get_docstring(node) or "" for node in found}


def numbers(kind: str, name: str) -> set[int]:
    """Which rows or invariants a test says it is about: ``row_3``, ``rows_18_and_19``."""
    said = re.search(rf"(?:^|_){kind}s?_(\d+)(?:_and_(\d+))?_", name)
    return {int(number) for number in said.groups() if number} if said else set()


def test_no_row_and_no_invariant_is_without_a_line():
    """From the first to the last."""
    assert sorted(MATRIX) == list(range(1, ROWS + 1))
    assert sorted(ALWAYS) == list(range(1, INVARIANTS + 1))


@pytest.mark.parametrize("test", NAMED)
def test_every_test_that_is_named_exists(test):
    """Under this name, in this file."""
    path, _, name = test.partition("::")

    assert name in functions(path)


@pytest.mark.parametrize(
    ("kind", "number", "tests"),
    [("row", *line) for line in MATRIX.items()] + [("invariant", *line) for line in ALWAYS.items()],
)
def test_every_line_has_a_test_that_carries_its_number(kind, number, tests):
    """So that a failure names the broken guarantee."""
    assert any(number in numbers(kind, test.partition("::")[2]) for test in tests)


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("test_*.py")), ids=lambda path: path.stem)
def test_every_attack_that_carries_a_number_is_in_the_table(path):
    """A new one has to be written down."""
    name_of = f"tests/chaos/{path.name}::"
    numbered = {
        name
        for name in functions(f"tests/chaos/{path.name}")
        if numbers("row", name) or numbers("invariant", name)
    }

    assert {name_of + name for name in numbered} <= set(NAMED)
