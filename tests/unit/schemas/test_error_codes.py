"""Whoever reads an error event finds its code explained, whichever part of the connector it came from."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import error_codes

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "schemas" / "ERROR_CODES.md"
# What takes a code as its first argument or by that name.
CALLS = {"Rejected", "Problem", "refuse", "_refuse", "_orphan", "_give_up"}


def name_of(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def codes_in(source: str) -> Iterator[str]:
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        if name_of(call) in CALLS:
            given = [each.value for each in call.keywords if each.arg == "code"] or call.args[:1]
            yield from (each.value for each in given if isinstance(each, ast.Constant))


def codes_of_the_connector() -> dict[str, str]:
    files = [file for file in (ROOT / "consumer").rglob("*.py") if "sandbox" not in file.parts]
    return {code: file.name for file in files for code in codes_in(file.read_text(encoding="utf-8"))}


def test_every_code_the_connector_gives_is_explained():
    """A code that is added needs its line in the catalogue."""
    used = codes_of_the_connector()

    assert {"undecodable", "invalid_expression", "internal_error", "lago_customer_missing"} <= set(used)
    assert not set(used) - set(error_codes.CATALOGUE)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("Rejected(code='a', message='m')", "a"),
        ("outcomes.Rejected(message='m', code='b')", "b"),
        ("journal.refuse('c', 'message')", "c"),
    ],
)
def test_the_search_for_codes_finds_them(source, code):
    """Or the test above could not fail."""
    assert list(codes_in(source)) == [code]


def test_the_page_is_what_the_catalogue_says():
    """Refresh it with python -m schemas.error_codes > schemas/ERROR_CODES.md."""
    assert PAGE.read_text(encoding="utf-8") == error_codes.markdown()


@pytest.mark.parametrize("entry", error_codes.CATALOGUE.values(), ids=lambda entry: entry.code)
def test_a_code_is_a_word_and_its_explanation_two_sentences(entry):
    """One for what is the case, one for what to do; neither may break the table."""
    assert entry.code == entry.code.lower()
    assert entry.code.isidentifier()
    for sentence in (entry.meaning, entry.change):
        assert sentence.endswith(".")
        assert "|" not in sentence
        assert "\n" not in sentence
