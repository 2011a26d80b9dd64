"""The table says what is wrong, how much is missing and what to do."""

import io
from decimal import Decimal

from consumer.commands import console_output
from consumer.commands.cause_table import amounts, table
from consumer.failures.causes import grouped
from tests.unit.failures.errors import failure


def test_a_cause_is_one_row_with_its_count_amount_and_fix(monkeypatch):
    """Markup in a message is text."""
    monkeypatch.delenv("COLUMNS", raising=False)
    console = console_output.console(io.StringIO(), page_columns=160)
    causes = grouped([failure(1, message="[bold]no item", hint="map it"), failure(2, code="other")])
    console.print(table(causes, "Open"))

    text = console.file.getvalue()
    assert "[bold]no item" in text
    assert "10.00 EUR" in text
    assert "map it" in text


def test_amounts_keep_their_decimals():
    """A dinar has three."""
    assert amounts({"KWD": Decimal("1234.500"), "JPY": Decimal(1000)}) == ["1,234.500 KWD", "1,000 JPY"]
