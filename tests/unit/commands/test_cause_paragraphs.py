"""The paragraphs say what is wrong, how much is missing and what to do, at any width."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from rich.cells import cell_len

from consumer.commands import failure_log, open_errors, replay
from consumer.commands.cause_paragraphs import amounts
from consumer.config.settings import Settings
from consumer.failures.history import History
from consumer.failures.refunds import Refunds
from consumer.failures.selection import Selection
from consumer.record import Source
from tests.support.refunds_by_hand import note_to_pay_back
from tests.unit.commands.test_hostile_texts import ACTIVE, HOSTILE
from tests.unit.failures.errors import failure

WIDTHS = (60, 80, 120)
PLACE = Source(topic="lago.netsuite.results", partition=0, offset=1)


@pytest.fixture
def log(monkeypatch, no_pauses):
    """What is open: nothing, until a test adds to it."""
    taken = failure_log.FailureLog(history=History(), settled={}, refunds=Refunds())

    async def take(*_):
        return taken

    monkeypatch.setattr(failure_log, "take", take)
    monkeypatch.delenv("COLUMNS", raising=False)
    return taken


def errors(**wishes):
    return asyncio.run(open_errors.run(Settings(), as_json=False, **wishes))


def test_a_cause_is_a_paragraph_with_its_count_amount_and_fix(log, capsys):
    """Markup in a message is text; in a pipe the lines are as short as on a terminal."""
    log.history.note_failure(failure(1, message="[bold]no item", hint="map it"))
    log.history.note_failure(failure(2, message="[bold]no item", hint="map it"))
    errors()

    assert capsys.readouterr().out.splitlines() == [
        "Open failures by cause",
        "",
        "1. [bold]no item",
        "  Events     2 for 20.00 EUR",
        "  Code       invalid_mapping",
        "  Connection netsuite-eu",
        "  Since      1970-01-01T00:00:01Z",
        "  Fix        map it",
        "  By         connector operator",
        "  Example    invoice ACME-2",
        "  Error      error-2",
        "",
        "2 open, 0 replayed and under way",
    ]


@pytest.mark.parametrize("columns", WIDTHS)
def test_hostile_texts_stay_texts_at_every_width(log, monkeypatch, capsys, columns):
    """Of `errors` and of `replay`, without colours; no line acts, and none is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    for number, text in enumerate(HOSTILE.values()):
        found = failure(number, message=text, hint=text, code=text, connection=text, currency=text)
        log.history.note_failure(found)
    errors()
    asyncio.run(replay.run(Settings(), replay.Wish(selection=Selection())))

    printed = capsys.readouterr().out
    assert not ACTIVE.search(printed)
    assert "10 [per gb] plan" in printed
    assert all(cell_len(line) <= columns for line in printed.splitlines())


def test_a_refund_is_a_paragraph(log, capsys):
    """With the id that closes it."""
    log.refunds.note_result(note_to_pay_back("59.50"), PLACE, 1_000)
    errors()

    printed = capsys.readouterr().out
    assert "Credit note ACME-CN1 (59.50 EUR)" in printed
    assert "  ID         netsuite-eu:refund:inv-1\n" in printed
    assert printed.endswith("1 refunds to make; replay --mark-synced ID --go closes one that is made\n")


def test_strict_ends_with_one_while_anything_is_open(log, capsys):
    """For scripts; without it, and with nothing open, the exit code is 0."""
    assert errors(is_strict=True) == 0
    log.history.note_failure(failure(1))
    assert (errors(), errors(is_strict=True)) == (0, 1)
    assert asyncio.run(open_errors.run(Settings(), as_json=True, is_strict=True)) == 1
    capsys.readouterr()


def test_strict_counts_a_refund_to_make(log, capsys):
    """The books are not right before it is made."""
    log.refunds.note_result(note_to_pay_back("59.50"), PLACE, 1_000)

    assert errors(is_strict=True) == 1
    capsys.readouterr()


def test_amounts_keep_their_decimals():
    """A dinar has three."""
    assert amounts({"KWD": Decimal("1234.500"), "JPY": Decimal(1000)}) == ["1,234.500 KWD", "1,000 JPY"]
