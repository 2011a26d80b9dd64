"""Every kind of difference, planted alone and all at once, is reported with cause and act; nothing else."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections import Counter
from typing import get_args

import pytest

from consumer.reconcile.difference import What
from consumer.sandbox.lago import billing
from tests.contract.compared_world import command
from tests.contract.planted_differences import INVOICES, PLANTED, USAGE, Books, books

OF_SHADOWS = {"line_missing", "line_extra", "line_item", "line_account", "line_amount", "line_tax",
              "unmapped", "ambiguous", "customer_ambiguous", "customer_name", "customer_currency",
              "customer_subsidiary"}  # fmt: skip
"""Kinds that only a connection in shadow compares: tests/contract/test_shadow_lines.py and its like."""


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    made = asyncio.run(books(tmp_path_factory.mktemp("books") / "clean.sqlite"))
    yield made
    made.world.close()


@pytest.fixture
def planted(clean, tmp_path):
    made = clean.copied(tmp_path / "books.sqlite")
    yield made
    made.world.close()


@pytest.fixture
def reconcile(planted, monkeypatch, tmp_path, capsys):
    """The exit code and the differences that the command prints."""
    planted.call = command(planted.world, monkeypatch, tmp_path)

    def run(*arguments):
        code = planted.call("--json", *arguments)
        printed = capsys.readouterr()
        assert printed.err == ""
        return code, json.loads(printed.out)

    return run


def plant(made: Books, what: str) -> None:
    done = PLANTED[what].plant(made)
    if inspect.iscoroutine(done):
        asyncio.run(done)


def check(found, what):
    expected = PLANTED[what]
    assert (found["what"], expected.cause in found["cause"], expected.act in found["act"]) == (
        what, True, True,
    ), found  # fmt: skip
    for side in ("lago", "netsuite"):
        said = getattr(expected, side)
        assert not said or found[side] == said, found


def test_on_clean_books_nothing_is_reported(reconcile):
    """Exit code 0."""
    code, found = reconcile()

    assert (code, found["differences"], found["in_balance"]) == (0, [], True)


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_difference_is_the_only_one(planted, reconcile, what):
    """With both values, its cause and the act that ends it; exit code 1."""
    plant(planted, what)

    code, report = reconcile()

    [found] = report["differences"]
    check(found, what)
    assert code == 1


def test_every_kind_of_a_live_connection_is_planted():
    """A new one needs a row in the table."""
    assert set(PLANTED) | OF_SHADOWS == set(get_args(What))


def test_all_at_once_are_found_each_once(planted, reconcile):
    """No difference hides another, or makes one."""
    for what in PLANTED:
        plant(planted, what)

    code, report = reconcile()

    found = {each["what"]: each for each in report["differences"]}
    assert code == 1
    assert Counter(each["what"] for each in report["differences"]) == dict.fromkeys(PLANTED, 1)
    for what in PLANTED:
        check(found[what], what)


def test_all_that_is_accepted_is_apart_and_the_books_are_in_balance(planted, reconcile, capsys):
    """Until one of them changes."""
    for what in ("total", "edited", "extra", "missing"):
        plant(planted, what)
    _, report = reconcile()
    keys = [each["key"] for each in report["differences"]]

    assert planted.call("accept", *keys, "--reason", "as agreed", "--actor", "ada", "--go") == 0
    capsys.readouterr()
    code, after = reconcile()
    assert (code, after["in_balance"], after["differences"]) == (0, True, [])
    assert {(each["what"], each["accepted_by"], each["reason"]) for each in after["accepted"]} == {
        (what, "ada", "as agreed") for what in ("total", "edited", "extra", "missing")
    }
    assert after["outcomes"]["accepted"] == 3

    planted.world.by_hand("edit", "invoice", planted.external_id("edited"), fields={"trandate": "2026-08-05"})
    code, changed = reconcile()
    assert (code, [each["what"] for each in changed["differences"]]) == (1, ["edited"])
    assert len(changed["accepted"]) == 3


def test_a_tax_that_is_wrong_on_every_document_of_a_currency_is_reported_of_each(planted, reconcile):
    """In euros, where the base currency is the dollar; no document has to be right for that."""
    for name in INVOICES:
        planted.tax_more(name)

    _, report = reconcile()

    assert Counter((each["what"], each["lago"], each["netsuite"]) for each in report["differences"]) == {
        ("tax", "19.00", "20.00"): len(INVOICES)
    }


@pytest.mark.parametrize(("more", "found"), [(0, []), (1, [("tax", "1900", "1901")])])
def test_a_tax_in_yen_is_what_the_record_says(planted, reconcile, more, found):
    """A yen is less than a cent, to which a search rounds it."""
    yen = billing.bill(planted.world.lago, "acme", [USAGE | {"unit_price": "10000"}], currency="JPY")
    planted.documents["yen"] = yen
    assert asyncio.run(planted.world.carry()).rejections == []
    if more:
        planted.tax_more("yen", amount=more, net=10_000)

    _, report = reconcile()

    assert [(each["what"], each["lago"], each["netsuite"]) for each in report["differences"]] == found
