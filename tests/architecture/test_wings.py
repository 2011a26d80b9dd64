"""Each wing's docstring states what the wing may import, and names every wing that it imports."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.architecture import source

CONSUMER = source.ROOT / "consumer"
VOCABULARY = {"clock", "errors", "outcome", "record", "__version__"}
WINGS = sorted(path.parent.name for path in CONSUMER.glob("*/__init__.py"))
UNRESTRICTED = {"commands", "demo"}


def _docstring(wing: str) -> str:
    tree = ast.parse((CONSUMER / wing / "__init__.py").read_text(encoding="utf-8"))
    return ast.get_docstring(tree) or ""


def _stated(wing: str) -> str:
    return next((line for line in _docstring(wing).splitlines() if line.startswith("May import ")), "")


@cache
def _imported(wing: str) -> frozenset[str]:
    modules = (module for module in source.modules() if module.path.is_relative_to(CONSUMER / wing))
    nodes = [node for module in modules for node in ast.walk(module.tree)]
    return frozenset(name for node in nodes for name in _names(node)) - {wing}


def _names(node: ast.AST) -> list[str]:
    """The wings, loose modules, or ``schemas``, that one import statement names."""
    match node:
        case ast.ImportFrom(module="consumer", names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return _of_ours([module])
        case ast.Import(names=names):
            return _of_ours([alias.name for alias in names])
        case _:
            return []


def _of_ours(modules: list[str]) -> list[str]:
    return [re.sub(r"^consumer\.", "", each).split(".")[0] for each in modules if _is_ours(each)]


def _is_ours(module: str) -> bool:
    return module.startswith(("consumer.", "schemas"))


@pytest.mark.parametrize("wing", WINGS)
def test_a_wing_says_in_three_lines_what_it_is_what_it_may_import_and_where_the_path_continues(wing):
    lines = [line for line in _docstring(wing).splitlines() if line]

    assert len(lines) == 3
    assert lines[1].startswith("May import ")


@pytest.mark.parametrize("wing", sorted(set(WINGS) - UNRESTRICTED))
def test_what_a_wing_imports_is_named_in_its_docstring(wing):
    stated = _stated(wing)
    allowed = VOCABULARY if "the vocabulary" in stated else set()

    unnamed = {name for name in _imported(wing) - allowed if not re.search(rf"\b{name}\b", stated)}

    assert unnamed == set()


@pytest.mark.parametrize("wing", sorted(set(WINGS) - UNRESTRICTED))
def test_what_a_docstring_allows_is_imported(wing):
    named = {name for name in [*WINGS, "schemas"] if re.search(rf"\b{name}\b", _stated(wing))}

    assert named - _imported(wing) == set()
