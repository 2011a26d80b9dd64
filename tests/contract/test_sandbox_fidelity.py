"""The table of what the sandbox holds to is whole, and every test it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from consumer.sandbox.netsuite.profile import Profile, Switches

TESTS = Path(__file__).parents[1]
SANDBOX = TESTS.parent / "consumer" / "sandbox"
README = (SANDBOX / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| (P\d) \| (.+?) \| (.+?) \|$", README, re.MULTILINE)
# P0 and P1; of the others some are switches, the rest the text names as not emulated.
EXPECTED = {*range(1, 15), 16, *range(18, 22), *range(23, 33), *range(34, 55), *range(58, 72)} | {
    *range(74, 83), *range(84, 90), 91, 93,
}  # fmt: skip
LAST_OF_THE_PLAN = 100
"""What was found later is numbered beyond it."""


@cache
def _tests_of(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def test_every_row_is_listed_once():
    numbers = [int(number) for number, *_ in ROWS]

    assert [number for number in numbers if number <= LAST_OF_THE_PLAN] == sorted(EXPECTED)
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    ("number", "tests"), [(row[0], row[3]) for row in ROWS], ids=lambda value: value[:20]
)
def test_the_tests_of_a_row_exist(number, tests):
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", tests)

    missing = [f"{file}::{name}" for file, name in named if name not in _tests_of(file)]

    assert named
    assert missing == []


def test_every_profile_is_described_and_loads_under_its_name():
    described = set(re.findall(r"^\| `([a-z][a-z-]+)` \|", README, re.MULTILINE))

    assert described == {path.stem for path in (SANDBOX / "netsuite" / "profiles").glob("*.json")}
    assert {Profile.load(name).name for name in described} == described


def test_every_switch_stands_with_what_it_decides():
    """Every setting that differs between accounts is listed, with the effect of its other value."""
    told = set(re.findall(r"^\| .+ \| `(\w+)` \| .+ \|$", README, re.MULTILINE))

    assert told == set(Switches.model_fields)
