"""Names are the terms of Kafka, billing and NetSuite: no loose modules, none of the old pictures."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from tests.architecture import source

CONSUMER = Path(__file__).parents[2] / "consumer"
VOCABULARY = {"__init__", "__main__", "app", "cli", "clock", "errors", "outcome", "record"}
BANNED_MODULES = frozenset(
    [
        "again",
        "advice",
        "burial",
        "cast",
        "contest",
        "ending",
        "entrance",
        "filling",
        "flow",
        "foresight",
        "gate",
        "holdings",
        "journal",
        "loan",
        "marking",
        "moment",
        "outline",
        "paper",
        "papers",
        "past",
        "patience",
        "places",
        "portion",
        "pressure",
        "props",
        "prospect",
        "reception",
        "remedies",
        "repeats",
        "room",
        "scene",
        "seen",
        "shares",
        "signs",
        "stage",
        "standing",
        "stride",
        "survey",
        "tail",
        "tally",
        "trail",
        "verdict",
        "vitals",
    ]
)
BANNED_CLASSES = frozenset(
    [
        "Again",
        "Cast",
        "Entrance",
        "Flow",
        "Foreseen",
        "Foresight",
        "Gate",
        "Holdings",
        "Inquiry",
        "Journal",
        "Loan",
        "Overhear",
        "Paper",
        "Papers",
        "Passage",
        "Past",
        "Plan",
        "Planner",
        "Plant",
        "Prospect",
        "Reception",
        "Repeats",
        "Reporter",
        "Scene",
        "Standing",
        "Stride",
        "Surrender",
        "Surroundings",
        "Trail",
        "Verdict",
        "Vitals",
    ]
)
BANNED_FUNCTIONS = {"bury", "foresee", "foretell", "knock", "mend", "overhear", "foresight", "surrender"}
BANNED_WORDS = frozenset(
    [
        "burial",
        "foreseen",
        "foresight",
        "foretold",
        "heard",
        "holdings",
        "knock",
        "loan",
        "noted",
        "patient",
        "prospect",
        "pulse",
        "pulses",
        "stride",
        "surrender",
        "surroundings",
        "tell",
        "told",
        "untold",
        "verdict",
        "vitals",
    ]
)
"""Of no identifier a part: what is published, logged or answered is named by that."""

PICTURES = re.compile(
    r"\b(untold|told|heard|hears?|knock\w*|comes? again|came again|asleep|mend(s|ed|ing)?|swallow\w*"
    r"|believ\w*|strangers?|in silence|gone mad)\b",
    re.IGNORECASE,
)
"""Of no docstring or comment a part: what is published, logged, read again or fixed is called that."""

MODULES = source.modules()
by_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)


def test_no_module_lies_loose_beside_the_wings():
    """The vocabulary and the two entry points; every other module is in a package."""
    assert {path.stem for path in CONSUMER.glob("*.py")} == VOCABULARY


@by_module
def test_no_module_bears_a_picture_for_a_name(module):
    """A new reader guesses its content from its name."""
    assert module.path.stem not in BANNED_MODULES


@by_module
def test_no_class_or_function_bears_a_picture_for_a_name(module):
    """The list is that of names that once had to be explained."""
    named = {
        node.name.lstrip("_")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert not named & (BANNED_CLASSES | BANNED_FUNCTIONS)


@by_module
def test_no_identifier_has_a_picture_in_it(module):
    """Neither a function nor what it takes, nor a variable."""
    words = {word for name in _identifiers(module.tree) for word in _words(name)}

    assert not words & BANNED_WORDS


@by_module
def test_no_docstring_or_comment_has_a_picture_in_it(module):
    """They say what a thing is, in the same terms as the names."""
    found = [
        f"{module.name}:{line}: {picture[0]}"
        for line, text in _texts(module)
        for picture in PICTURES.finditer(text)
    ]

    assert not found


def _texts(module):
    """Docstrings, also those of constants, and comments; each with its line."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield node.lineno, text
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _identifiers(tree):
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def _words(name):
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]
