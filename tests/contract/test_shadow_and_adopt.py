"""Beside books of Lago's own connector: differences are listed, documents adopted, none is written twice."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from consumer.outcome import AlreadyThere, Confirmed
from consumer.sandbox.lago import billing, crediting, settlement
from tests.contract import sandbox_server
from tests.contract.native_books import NativeBooks
from tests.contract.shadow_stage import Stage, adoption, differences, replay

USAGE = {"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100"}


class Beside(Stage):
    """A Lago whose documents stand in NetSuite as its own connector wrote them, with two errors."""

    def __init__(self):
        super().__init__()
        self.organization.upsert_customer("acme", currency="EUR", name="Acme")
        self.invoices = [billing.bill(self.organization, "acme", [USAGE]) for _ in range(5)]
        ids = [each["lago_id"] for each in self.invoices]
        for paid in (ids[0], ids[4]):
            settlement.pay(self.organization, [paid], how="settled_later")
        self.note = crediting.credit(self.organization, ids[0], share=Decimal("0.5"))
        self.write()

    def write(self):
        native = NativeBooks(self.netsuite)
        customer = native.customer(self.organization.customer_of("acme"))
        first, second, wrong, late, typed = self.invoices
        native.payment(native.invoice(customer, first))
        native.invoice(customer, second)
        native.invoice(customer, wrong, amount="90.00")
        native.invoice(customer, late, date="2026-08-03")
        native.payment(native.invoice(customer, typed, marked=False))
        native.credit_memo(customer, self.note)


@pytest.fixture
def beside():
    return Beside()


@pytest.fixture
def sandbox(beside):
    with sandbox_server.serving(beside.netsuite.account, beside.clock) as served:
        yield served


async def test_a_shadow_run_lists_the_two_errors_and_nothing_else(sandbox, beside):
    """One total, one date; what a person wrote and payments without marks are found all the same."""
    before = beside.counts

    found = await differences(sandbox, beside)

    _, _, wrong, late, _ = beside.invoices
    assert {(each.number, each.what) for each in found} == {
        (wrong["number"], "total"),
        (wrong["number"], "open_balance"),
        (wrong["number"], "line_amount"),
        (late["number"], "date"),
    }
    assert beside.counts == before


async def test_without_the_shadow_what_has_no_mark_is_missing(sandbox, beside):
    """Only a connection in shadow looks for documents by their numbers."""
    found = await differences(sandbox, beside, "live")

    missing = [each for each in found if each.what == "missing"]
    assert [each.number for each in missing if each.kind == "invoice"] == [beside.invoices[4]["number"]]
    assert sum(each.kind == "payment" for each in missing) == 2


async def test_a_list_of_what_would_be_adopted_changes_nothing(sandbox, beside):
    """Each with how it was found."""
    run, lines = await adoption(sandbox, beside, go=False)

    assert Counter((each.document.kind, each.how) for each in run.chosen) == {
        ("invoice", "lago_id"): 4,
        ("invoice", "number"): 1,
        ("credit_note", "lago_id"): 1,
        ("payment", "applied_to"): 2,
    }
    assert lines[-1] == "8 documents would be adopted; --go adopts them."
    assert not any(record.get("externalid") for record in beside.netsuite.account.records("invoice"))


async def test_after_adopt_a_full_replay_creates_nothing(sandbox, beside):
    """Every document is found by our external id; a second adopt has nothing to do."""
    before = beside.counts
    _, lines = await adoption(sandbox, beside, go=True)
    again, _ = await adoption(sandbox, beside, go=False)

    outcomes = await replay(sandbox, beside)

    assert lines[-1] == "8 documents adopted, 0 refused."
    assert again.chosen == []
    assert again.identification.missing() == []
    assert beside.counts == before
    assert all(isinstance(each, Confirmed) for each in outcomes), outcomes
    documents = [each for outcome in outcomes for each in outcome.written if each.object != "customer"]
    assert {each.status for each in documents} == {"exists"}
    assert {(each.number, each.what) for each in await differences(sandbox, beside, "live")} == {
        (each.number, each.what)
        for each in await differences(sandbox, beside)
        if not each.what.startswith("line_")
    }


async def test_without_adopt_a_replay_would_pay_twice(sandbox, beside):
    """That is why payments are adopted: nothing on them says whose they are."""
    before = beside.counts

    outcomes = await replay(sandbox, beside)

    assert beside.counts["customerpayment"] > before["customerpayment"]
    assert not all(isinstance(each, AlreadyThere) for each in outcomes)
