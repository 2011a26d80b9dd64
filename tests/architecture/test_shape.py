"""The code keeps its shape: one noun a module, short functions, public things explained."""

import ast
import re
from statistics import median, quantiles

import pytest

from tests.architecture import source

MAX_MODULE_LINES = 250
MAX_FUNCTION_LINES = 45
MAX_MEDIAN_FUNCTION_LINES = 6
MAX_P90_FUNCTION_LINES = 20
MIN_DOCUMENTED = 0.8

DRAWERS = {"utils", "util", "helpers", "helper", "base", "manager", "common", "misc", "tools", "core", "lib"}
MONEY_PATHS = ("consumer/mapping/", "consumer/events/summary.py", "consumer/events/outgoing.py", "schemas/")

MODULES = source.modules()
LENGTHS = [source.body_lines(function) for module in MODULES for function in source.functions(module)]

by_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)


@by_module
def test_a_module_is_named_after_what_it_holds(module):
    """A module such as `utils` has no subject."""
    words = set(module.path.stem.strip("_").split("_"))

    assert not words & DRAWERS


@by_module
def test_a_module_is_short_enough_to_be_read_at_once(module):
    """More than that are two nouns."""
    assert module.lines <= MAX_MODULE_LINES


@by_module
def test_a_module_says_what_it_is(module):
    """In its first lines."""
    assert ast.get_docstring(module.tree)


@by_module
def test_a_function_fits_on_a_screen(module):
    """Docstring not counted."""
    too_long = {
        function.name: source.body_lines(function)
        for function in source.functions(module)
        if source.body_lines(function) > MAX_FUNCTION_LINES
    }

    assert not too_long


def test_most_functions_are_a_few_lines():
    """Half of them at most six, nine of ten at most twenty."""
    assert median(LENGTHS) <= MAX_MEDIAN_FUNCTION_LINES
    assert quantiles(LENGTHS, n=10)[-1] <= MAX_P90_FUNCTION_LINES


def test_most_public_things_are_explained():
    """Four of five at least have a docstring."""
    public = [node for module in MODULES for node in source.public_definitions(module)]
    silent = [node.name for node in public if not ast.get_docstring(node)]

    assert len(silent) <= len(public) * (1 - MIN_DOCUMENTED), silent


@pytest.mark.parametrize(
    "module",
    [module for module in MODULES if module.name.startswith(MONEY_PATHS)],
    ids=lambda module: module.name,
)
def test_money_is_never_a_float(module):
    """Neither by name nor by a literal with a fraction; milliseconds are none."""
    uses = [
        ast.unparse(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
    ]
    literals = [
        ast.unparse(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value % 1
    ]

    assert (uses, literals) == ([], [])


@by_module
def test_no_task_is_started_outside_of_a_group(module):
    """A bare task is forgotten, and with it its exception."""
    bare = [
        ast.unparse(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"create_task", "ensure_future"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"asyncio", "loop"}
    ]

    assert bare == []


@by_module
def test_no_exception_is_swallowed(module):
    """A handler that only passes hides what it was written for; `contextlib.suppress` at least says so."""
    silent = [
        ast.unparse(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and len(node.body) == 1 and isinstance(node.body[0], ast.Pass)
    ]

    assert silent == []


@by_module
def test_the_core_does_not_ask_what_day_it_is(module):
    """Documents are dated by Lago, and clocks are handed over."""
    if not module.name.startswith(("consumer/mapping/", "consumer/engine/", "consumer/limits/", "schemas/")):
        return
    asked = [
        ast.unparse(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "today", "utcnow"}
        and _is_calendar(node.value)
    ]

    assert asked == []


def _is_calendar(node):
    return isinstance(node, ast.Name) and node.id in {"datetime", "date"}


def test_one_module_prints_tables_and_one_writes_csv():
    """So that no command forgets to make outside texts harmless."""
    wanted = re.compile(r"rich\.(console|markup) import (Console|escape)\b|^import csv$", re.MULTILINE)
    found = {module.path.name for module in MODULES if wanted.search(module.path.read_text())}

    assert found == {"console_output.py", "csv_file.py"}


@by_module
def test_no_pattern_of_a_model_repeats_a_unicode_class_many_times(module):
    r"""Pydantic's ``\w{1,64}`` takes 6 MB in each process that imports it; name the ASCII characters."""
    nodes = ast.walk(module.tree) if "pattern=" in module.text else ()
    keywords = [node for node in nodes if isinstance(node, ast.keyword)]
    patterns = [each.value.value for each in keywords if each.arg == "pattern" and _is_text(each.value)]

    assert not [each for each in patterns if re.search(r"\\[wdsWDS][^{]*\{(\d+,)?\d{2}", each)]


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
