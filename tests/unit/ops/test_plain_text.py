"""Control characters and formulas are shown as plain text; other text is unchanged."""

import csv
import io
import json

import pytest

from consumer.commands import csv_file
from consumer.ops import plain_text

FORMULAS = ["=1+1", "+A1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\rb\x08\x7f", r"a\rb\x08\x7f"),
        ("1\u202e000\u2066", r"1\u202e000\u2066"),
        ("a\u2028b\ufeff", r"a\u2028b\ufeff"),
        ("\ud800", r"\ud800"),
        ("10 € plan 💶 日本 👩\u200d💻 [x]\n\t", "10 € plan 💶 日本 👩\u200d💻 [x]\n\t"),
    ],
)
def test_only_what_acts_is_escaped(text, shown):
    assert plain_text.visible(text) == shown
    assert plain_text.visible(shown) == shown


def test_a_text_on_one_line_has_no_second():
    assert plain_text.one_line("ACME-1\n3 open\t!") == r"ACME-1\n3 open\t!"


def test_json_says_the_same_and_does_not_act():
    value = {"name": "\x9b31m\x1b]0;\u202e\ud800 € 💶"}
    text = plain_text.harmless_json(json.dumps(value, ensure_ascii=False))

    assert json.loads(text) == value
    assert text == r'{"name": "\u009b31m\u001b]0;\u202e\ud800 € 💶"}'


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("column", ["name", "amount"])
def test_no_cell_begins_as_a_formula(formula, column):
    """Not even in a column of numbers, where only numbers may have a sign."""
    out = io.StringIO()
    csv_file.write(out, ["name", "amount"], [{column: formula}], numbers={"amount"})

    [row] = csv.DictReader(io.StringIO(out.getvalue()))
    assert row[column] == "'" + plain_text.visible(formula)


@pytest.mark.parametrize("number", ["-12.50", "+3", "0", "-1,234.500", "19%", "-86.02"])
def test_a_number_stays_one_where_numbers_are_and_is_text_elsewhere(number):
    out = io.StringIO()
    csv_file.write(out, ["name", "amount"], [{"name": number, "amount": number}], numbers={"amount"})

    [row] = csv.DictReader(io.StringIO(out.getvalue()))
    assert row["amount"] == number
    assert row["name"] == (f"'{number}" if number[0] in "+-" else number)


def test_a_heading_is_no_formula_either():
    out = io.StringIO()
    csv_file.write(out, ["=x"], [{"=x": True}, {"=x": None}])

    assert out.getvalue() == "'=x\ntrue\n\n" or out.getvalue() == '\'=x\ntrue\n""\n'
