"""The table of what the emulated Lago holds to is whole, and every test it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
OWN = TESTS / "unit" / "sandbox" / "lago"
README = (TESTS.parent / "consumer" / "sandbox" / "lago" / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (`.+`) \|$", README, re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


@cache
def _tests_of(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    names = (node.name for node in ast.walk(tree) if isinstance(node, kinds))
    return frozenset(name for name in names if name.startswith("test_"))


def test_every_rule_has_its_own_number():
    """In ascending order, so that a row is found by it."""
    numbers = [int(number) for number, *_ in ROWS]

    assert numbers
    assert numbers == sorted(set(numbers))
    assert len(numbers) == len(re.findall(r"^\| \d", README, re.MULTILINE))


@pytest.mark.parametrize(("number", "tests"), [(row[0], row[2]) for row in ROWS])
def test_the_tests_of_a_rule_exist(number, tests):
    """A test that is renamed is renamed in the table too."""
    named = NAMED.findall(tests)

    missing = [f"{file}::{name}" for file, name in named if name not in _tests_of(file)]

    assert named, number
    assert missing == []


@pytest.mark.parametrize("file", sorted(path.name for path in OWN.glob("test_*.py")))
def test_every_test_of_the_emulation_stands_in_the_table(file):
    """A rule that is kept is a rule that is listed."""
    path = f"unit/sandbox/lago/{file}"
    named = {name for found, name in NAMED.findall(README) if found == path}

    assert _tests_of(path) - named == set()
