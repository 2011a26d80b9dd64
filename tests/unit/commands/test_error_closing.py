"""`errors close` and `errors reopen` say first what they would do, and put who and why on record."""

from __future__ import annotations

import asyncio

import pytest

from consumer import cli
from consumer.commands import error_closing, error_list, failure_log
from consumer.commands.error_closing import Wish
from consumer.config.settings import Settings
from consumer.failures.history import History, State
from consumer.failures.selection import Selection
from tests.unit.failures.errors import failure, mark, result

NOBODY_KNOWN = {}


@pytest.fixture
def log(monkeypatch):
    """One failure open, one closed, one written since."""
    history = History()
    for number in (1, 2, 3):
        history.note_failure(failure(number, message=f"invoice ACME-{number} (10.00 EUR): no item"))
    history.note_mark(mark(2, "ignored").model_copy(update={"reason": "a test", "marked_at": "today"}))
    history.note_result(result(3), published_ms=9_000)
    taken = failure_log.FailureLog(history=history, settled=NOBODY_KNOWN)

    async def take(*_):
        return taken

    monkeypatch.setattr(failure_log, "take", take)
    return taken


def wish(act, *ids, **changes):
    return Wish(act=act, ids=ids, reason="entered twice", actor="ada", **changes)


@pytest.mark.usefixtures("log")
def test_a_dry_run_says_what_would_be_done(capsys):
    """Nothing is sent; what is settled is left alone."""
    assert asyncio.run(error_closing.run(Settings(), wish("close", "error-1", "error-2", "error-3"))) == 0

    assert capsys.readouterr().out.splitlines() == [
        "Invoice ACME-1 (10.00 EUR): would be closed.",
        "Invoice ACME-2 (10.00 EUR): is settled already.",
        "Invoice ACME-3 (10.00 EUR): is settled already.",
        "1 document: 10.00 EUR.",
        "Whether any lies in closed periods is not known: the connections file does not have the connection.",
        "It takes about 1 s.",
        "Nothing is changed. The same command with --go does it.",
    ]


@pytest.mark.usefixtures("log")
def test_only_what_a_person_has_closed_is_reopened(capsys):
    """An open one is open, a written one is in NetSuite; an id of none is exit code 1."""
    asked = wish("reopen", "error-1", "error-2", "error-3", "nobody")
    assert asyncio.run(error_closing.run(Settings(), asked)) == 1

    printed = capsys.readouterr()
    assert "Invoice ACME-1 (10.00 EUR): is not closed by a person." in printed.out
    assert "Invoice ACME-2 (10.00 EUR): would be reopened." in printed.out
    assert "Invoice ACME-3 (10.00 EUR): is not closed by a person." in printed.out
    assert printed.err == "nobody: there is no such error event\n"


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (wish("close", "error-1"), "ignored"),
        (wish("close", "error-1", is_booked=True), "synced"),
        (wish("reopen", "error-1"), "reopened"),
    ],
)
def test_the_mark_says_which_act_it_was(asked, kind):
    """Booked by hand, not to be booked, or open again; and so does the audit record."""
    assert asked.kind == kind
    assert error_closing.details(asked, failure(1)) == {
        "error": "error-1",
        "mark": kind,
        "code": "invalid_mapping",
        "document": "Invoice ACME-1 (10.00 EUR)",
    }


def test_a_reopened_failure_is_open():
    """The newest mark counts."""
    history = History()
    history.note_failure(failure(1))
    for kind, state in (("ignored", State.SETTLED), ("reopened", State.OPEN), ("synced", State.SETTLED)):
        history.note_mark(mark(1, kind))
        assert history.state(failure(1), NOBODY_KNOWN) is state


@pytest.mark.usefixtures("log")
def test_what_is_closed_is_listed_with_its_reason(capsys):
    """So that it can be reopened."""
    asyncio.run(error_list.run(Settings(), Selection(), "text", of_closed=True))

    printed = capsys.readouterr().out
    assert "Closed     today, ignored: a test" in printed
    assert "Error      error-2" in printed
    assert printed.endswith("1 document listed.\n")


def test_a_reason_is_needed(capsys):
    """An empty one is none."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["errors", "close", "error-1", "--reason", " "])

    assert ended.value.code == 2
    assert "--reason needs a text" in capsys.readouterr().err
