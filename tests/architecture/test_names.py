"""Names are the terms of Kafka, billing and NetSuite: no loose modules, none of the old pictures."""

import ast
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
        "Cast",
        "Entrance",
        "Gate",
        "Holdings",
        "Journal",
        "Loan",
        "Overhear",
        "Paper",
        "Papers",
        "Passage",
        "Plant",
        "Prospect",
        "Reception",
        "Repeats",
        "Scene",
        "Standing",
        "Stride",
        "Verdict",
    ]
)
BANNED_FUNCTIONS = {"bury", "foretell", "knock", "mend", "overhear", "foresight"}

MODULES = [module for module in source.modules() if module.name.startswith("consumer/")]
by_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)


def test_no_module_lies_loose_beside_the_wings():
    """What everybody may import, and the two entries; all else has a wing."""
    assert {path.stem for path in CONSUMER.glob("*.py")} == VOCABULARY


@by_module
def test_no_module_bears_a_picture_for_a_name(module):
    """A stranger guesses what is in it."""
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
