"""`errors list` and `errors show` can be read at any width, in a pipe, and carry what leads on."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from dataclasses import replace

import pytest
from rich.cells import cell_len

from consumer.commands import document_links, error_detail, error_list, failure_log
from consumer.config.settings import Settings
from consumer.failures.history import History
from consumer.failures.selection import Selection
from tests.support import lago
from tests.support.connection_files import connection
from tests.unit.commands.test_hostile_texts import ACTIVE, HOSTILE
from tests.unit.failures.errors import failure, mark, result
from tests.unit.failures.planted import planted

WIDTHS = (60, 80, 120)
LAGO = f"https://app.getlago.com/acme/customer/{lago.CUSTOMER_ID}/invoice/{lago.INVOICE_ID}/overview"
NETSUITE = "https://netsuite.example/customer?id=1"
EVERYTHING = Selection()


@pytest.fixture
def failures():
    return list(planted().values())


@pytest.fixture
def taken(monkeypatch, failures):
    """The log of these failures; Lago and NetSuite are linked."""
    history = History()
    for number, each in enumerate(failures):
        history.failures[f"{number}"] = each

    async def take(*_):
        urls = {f"netsuite-eu:customer:{lago.CUSTOMER_ID}": NETSUITE}
        return failure_log.FailureLog(history=history, settled={}, urls=urls)

    known = connection(lago={"front_url": "https://app.getlago.com", "organization_slug": "acme"})
    monkeypatch.setattr(failure_log, "take", take)
    monkeypatch.setattr(document_links, "connections", lambda _: {"netsuite-eu": known})
    return history


def listed(form="text", selection=EVERYTHING):
    return asyncio.run(error_list.run(Settings(), selection, form))


@pytest.mark.usefixtures("taken")
def test_each_document_has_number_customer_amount_date_ids_and_links(capsys, failures):
    """Also for people who only see the list."""
    assert listed() == 0

    printed = capsys.readouterr().out
    assert "Invoice ACM-3F21-202608-057 of Nordlicht Analytik GmbH (10.00 EUR, 2026-08-01)" in printed
    assert all(f"Error      {each.id}" in printed for each in failures)
    assert f"Lago       {LAGO}\n" in printed
    assert f"NetSuite   {NETSUITE}\n" in printed
    assert "Source     lago.invoices" in printed
    assert printed.endswith("8 failures of 4 documents listed.\n")


@pytest.mark.usefixtures("taken")
def test_csv_has_a_row_a_document(capsys, failures):
    """With the columns that a spreadsheet needs to sum by currency."""
    listed("csv")

    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["id"] for row in rows] == [each.id for each in failures]
    first = rows[0]
    assert (first["number"], first["customer"]) == ("ACM-3F21-202608-057", "Nordlicht Analytik GmbH")
    assert (first["amount"], first["currency"], first["date"]) == ("10.00", "EUR", "2026-08-01")
    assert (first["lago_url"], first["netsuite_url"]) == (LAGO, NETSUITE)


@pytest.mark.usefixtures("taken")
def test_json_has_what_csv_has(capsys):
    """Amounts are decimal strings."""
    listed("json")

    rows = json.loads(capsys.readouterr().out)
    assert rows[0].keys() == set(error_list.COLUMNS)
    assert rows[0]["amount"] == "10.00"


@pytest.mark.usefixtures("taken")
def test_the_filters_are_those_of_replay(capsys):
    """By code here."""
    listed("json", Selection(codes=frozenset({"overapplied"})))

    assert [row["code"] for row in json.loads(capsys.readouterr().out)] == ["overapplied"]


@pytest.mark.usefixtures("taken")
def test_an_id_of_no_failure_is_said(capsys):
    """Exit code 1."""
    assert listed(selection=Selection(ids=frozenset({"nobody"}))) == 1

    printed = capsys.readouterr()
    assert printed.out == "There are none.\n"
    assert "nobody: there is no such error event" in printed.err


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("columns", WIDTHS)
def test_nothing_but_addresses_and_ids_is_wider_than_the_terminal(monkeypatch, capsys, columns):
    """Addresses stay whole, so that they can be copied."""
    monkeypatch.setenv("COLUMNS", str(columns))
    listed()
    asyncio.run(error_detail.run(Settings(), "2", as_json=False))

    lines = capsys.readouterr().out.splitlines()
    wide = [line for line in lines if cell_len(line) > columns]
    assert all("://" in line or "replay --id" in line for line in wide)
    assert not any("\x1b" in line for line in lines)


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("failures", [[]])
def test_hostile_texts_stay_texts(monkeypatch, capsys, taken, columns):
    """Markup, escapes, right-to-left, four thousand characters: no line acts or is too wide."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    for number, text in enumerate(HOSTILE.values()):
        found = failure(number, message=text, hint=text, code=text, connection=text, customer_name=text)
        taken.note_failure(replace(found, number=text))
    listed()
    for error_id in taken.failures:
        asyncio.run(error_detail.run(Settings(), error_id, as_json=False))

    printed = capsys.readouterr().out
    assert not ACTIVE.search(printed)
    assert "10 [per gb] plan" in printed
    assert all(cell_len(line) <= columns for line in printed.splitlines())


@pytest.mark.usefixtures("taken")
def test_show_says_what_to_do_next(capsys, failures):
    """The sentence, the state, and the command that sends it again."""
    assert asyncio.run(error_detail.run(Settings(), "2", as_json=False)) == 0

    printed = capsys.readouterr().out
    assert "Finance fixes it in NetSuite under Setup > Accounting" in " ".join(printed.split())
    assert "State: open" in printed
    assert f"lago-netsuite replay --id {failures[2].id} --go" in printed


def test_show_of_a_settled_failure_offers_no_replay(capsys, monkeypatch):
    """It is still found."""
    history = History()
    history.note_failure(failure(1))
    history.note_mark(mark(1, "synced"))

    async def take(*_):
        return failure_log.FailureLog(history=history, settled={})

    monkeypatch.setattr(failure_log, "take", take)
    assert asyncio.run(error_detail.run(Settings(), "error-1", as_json=True)) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "settled"
    asyncio.run(error_detail.run(Settings(), "error-1", as_json=False))
    assert "replay" not in capsys.readouterr().out


@pytest.mark.usefixtures("taken")
def test_show_of_nothing_is_exit_code_one(capsys):
    """One sentence."""
    assert asyncio.run(error_detail.run(Settings(), "nobody", as_json=False)) == 1
    assert capsys.readouterr().err == "nobody: there is no such error event\n"


@pytest.fixture
def three(monkeypatch):
    """The ids 0f3a-1, 0f3b-2 and 0f3b-21."""
    history = History()
    for error_id in ("0f3a-1", "0f3b-2", "0f3b-21"):
        history.note_failure(failure(id=error_id))

    async def take(*_):
        return failure_log.FailureLog(history=history, settled={})

    monkeypatch.setattr(failure_log, "take", take)


def shown(capsys, error_id):
    code = asyncio.run(error_detail.run(Settings(), error_id, as_json=True))
    out, err = capsys.readouterr()
    return code, json.loads(out)["id"] if out else err


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(("given", "found"), [("0f3a", "0f3a-1"), ("0f3b-21", "0f3b-21")])
def test_show_takes_the_beginning_of_an_id(capsys, given, found):
    """As much of it as a person copies, if no other begins so."""
    assert shown(capsys, given) == (0, found)
    assert shown(capsys, "0f3b-2") == (0, "0f3b-2"), "a whole id is that failure, whatever begins so"


@pytest.mark.usefixtures("three")
def test_show_of_a_beginning_of_several_ids_lists_them(capsys):
    """It guesses nothing."""
    said = "several ids begin so, give more of one: 0f3b-2, 0f3b-21\n"

    assert shown(capsys, "0f3b") == (1, f"0f3b: {said}")
    assert shown(capsys, "") == (1, ": there is no such error event\n")


def test_the_document_in_netsuite_is_linked_before_its_customer():
    """Where both are there."""
    found = failure(1, customer_id="c-1")
    own = {result(1).key: "https://netsuite.example/1"}
    customer = {"netsuite-eu:customer:c-1": "https://netsuite.example/c"}

    assert document_links.in_netsuite(found, own | customer) == "https://netsuite.example/1"
    assert document_links.in_netsuite(found, customer) == "https://netsuite.example/c"
    assert document_links.in_netsuite(found, {}) == ""


def test_a_file_of_connections_that_is_wrong_costs_only_the_links(tmp_path):
    """Who fixes it must see the failures."""
    settings = Settings(connections_file=tmp_path / "none.yaml")

    assert document_links.connections(settings) == {}
    assert document_links.in_lago(failure(1, customer_id="c-1"), {}) == ""
