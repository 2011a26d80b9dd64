"""Every code of an error event is in the catalogue, from any part of the connector."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import error_codes
from schemas.error_codes import page

ROOT = Path(__file__).parents[3]
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
    """Refresh it with python -m schemas.export."""
    assert page.PAGE.read_text(encoding="utf-8") == page.markdown()


@pytest.mark.parametrize("entry", error_codes.ROWS, ids=lambda entry: entry.code)
def test_a_code_is_a_word_and_its_explanation_two_sentences(entry):
    """One for what is the case, one for what to do; neither may break the table."""
    assert entry.code.isidentifier()
    assert entry.code in {entry.code.lower(), entry.code.upper()}
    for sentence in (entry.meaning, entry.change):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
    for cell in (entry.meaning, entry.change, entry.menu):
        assert "|" not in cell
        assert "\n" not in cell


def test_no_code_of_netsuite_has_two_rows():
    """Otherwise its explanation would be ambiguous."""
    codes = [code for each in error_codes.ROWS for code in each.netsuite]

    assert sorted(codes) == sorted(set(codes))


def test_an_administrators_fix_says_where_in_netsuite_it_is_made():
    """Subsidiaries and deleted records excepted, which stand wherever the record does."""
    by_administrator = [each for each in error_codes.ROWS if each.who == "NetSuite administrator"]
    without = [each for each in by_administrator if not each.menu]

    assert {each.code for each in without} <= {"invalid_reference", "record_deleted", "INVALID_TRANS_TYP"}
