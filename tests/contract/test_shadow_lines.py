"""A shadow beside Lago's own connector, line by line: exactly the planted errors, and nothing twice."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from consumer.outcome import Confirmed
from consumer.reconcile import outcomes
from consumer.reconcile.acceptance import Division
from consumer.sandbox.lago import billing, crediting, settlement
from consumer.sandbox.lago.invoices import Discounts
from tests.contract import sandbox_server
from tests.contract.native_connector import NativeConnector, NativeMapping
from tests.contract.shadow_stage import Stage, adoption, compared, differences, replay

CUSTOMERS = ("acme", "globex", "initech", "hooli")
BILLS = 36
SOLD = (
    {"kind": "subscription", "code": "enterprise", "units": "1", "unit_price": "100", "tax_rate": 19},
    {"kind": "charge", "code": "api_calls", "units": "37", "unit_price": "0.125", "tax_rate": 19},
    {"kind": "add_on", "code": "setup", "units": "2", "unit_price": "24.99", "tax_rate": 19},
)
NATIVE = NativeMapping(
    items={
        "fallback": ("801", None),
        "subscription": ("802", "4000"),
        "api_calls": ("807", "4010"),
        "setup": ("812", None),
        "coupon": ("804", None),
    }
)
OURS = {
    "fallback_item": {"id": "801"},
    "subscription_fee": {"id": "802", "account": "4000"},
    "billable_metrics": {"api_calls": {"id": "807", "account": "4010"}},
    "add_ons": {"setup": {"id": "812"}},
    "coupon": {"id": "804"},
    "tax": {"mode": "suitetax", "nexus": "9", "type": "5", "code": "6"},
    "currencies": {"EUR": "2"},
}


class Books(Stage):
    """36 invoices, eight notes and sixteen payments of four customers, written by Lago's own connector."""

    def __init__(self, mapping=None):
        super().__init__(mapping or OURS)
        for name in CUSTOMERS:
            self.organization.upsert_customer(name, currency="EUR", name=name.title())
        self.invoices = [self._bill(place) for place in range(BILLS)]
        self.paid = [
            settlement.pay(self.organization, [each["lago_id"]], how="settled_later")
            for each in self.invoices[:16]
        ]
        self.notes = [
            crediting.credit(
                self.organization, each["lago_id"], share=Decimal("0.5"), issuing_date="2026-08-01"
            )
            for each in [*self.invoices[21:25], *self.invoices[26:30]]  # without coupons
        ]

    def _bill(self, place):
        discounts = Discounts(coupons=500) if place % 5 == 0 else Discounts()
        sold = SOLD[: 1 + place % 3]
        return billing.bill(
            self.organization, CUSTOMERS[place % 4], sold, discounts=discounts, issuing_date="2026-08-01"
        )

    def write(self, **planted):
        """All of it in NetSuite; `planted` says by place of the invoice what its first line has else."""
        native = NativeConnector(self.netsuite, NATIVE)
        owners = {name: native.customer(self.organization.customer_of(name)) for name in CUSTOMERS}
        paid = {each["invoice_ids"][0] for each in self.paid}
        for place, invoice in enumerate(self.invoices):
            owner = owners[invoice["customer"]["external_id"]]
            made = native.whole_invoice(owner, invoice, line=planted.get(f"invoice_{place}"))
            if invoice["lago_id"] in paid:
                native.payment(made)
        for note in self.notes:
            native.whole_memo(owners[note["customer"]["external_id"]], note)
        return self

    def number(self, place):
        return self.invoices[place]["number"]


def serving(books):
    return sandbox_server.serving(books.netsuite.account, books.clock)


async def test_two_planted_errors_of_sixty_documents_are_listed_and_a_replay_after_adopt_creates_nothing():
    """An account that no total shows, and an amount; every other document agrees, of whatever kind."""
    books = Books().write(invoice_20={"account": "4020"}, invoice_31={"rate": "90", "amount": 90})
    with serving(books) as sandbox:
        before = books.counts
        comparison, found = await compared(sandbox, books)
        assert books.counts == before == Counter(customer=4, invoice=36, creditmemo=8, customerpayment=16)

        _, lines = await adoption(sandbox, books, go=True)
        replayed = await replay(sandbox, books)
        assert books.counts == before

    assert {(each.number, each.what) for each in found} == {
        (books.number(20), "line_account"),
        (books.number(31), "line_amount"),
        (books.number(31), "total"),
        (books.number(31), "open_balance"),
    }
    [account] = [each for each in found if each.what == "line_account"]
    assert (account.lago, account.netsuite) == ("Enterprise: account 4000", "account 4020")
    assert account.url
    assert outcomes.counted(comparison.expected.values(), Division(open=found)) == {
        "agrees": 58,
        "differs": 2,
    }
    assert lines[-1] == "60 documents adopted, 0 refused."
    assert all(isinstance(each, Confirmed) for each in replayed), replayed
    written = Counter(each.status for one in replayed for each in one.written if each.object != "customer")
    assert written == {"exists": 60}


@pytest.mark.parametrize(
    ("mapping", "what", "lago", "netsuite"),
    [
        ({"subscription_fee": {"id": "810"}}, "line_item", "Enterprise: item 810", "item 802"),
        (
            {"subscription_fee": {"id": "802", "account": "4020"}},
            "line_account", "Enterprise: account 4020", "account 4000",
        ),
        (
            {"tax": {"mode": "suitetax", "nexus": "9", "type": "5", "code": "7"}},
            "line_tax", "Enterprise: tax 5/7 18.05", "tax 5/6 18.05",
        ),
    ],
)  # fmt: skip
async def test_another_mapping_than_the_connectors_is_said_line_by_line(mapping, what, lago, netsuite):
    """Before the cut-over, with both values."""
    books = Books(OURS | mapping)
    books.invoices, books.paid, books.notes = books.invoices[:1], [], []
    books.write()
    with serving(books) as sandbox:
        found = [each for each in await differences(sandbox, books) if each.what.startswith("line_")]

    assert (what, lago, netsuite) in {(each.what, each.lago, each.netsuite) for each in found}
    assert {each.what for each in found} == {what}


async def test_a_number_that_two_records_have_is_said_as_such():
    """Nobody can tell which of them is Lago's."""
    books = Books()
    books.invoices, books.paid, books.notes = books.invoices[:1], [], []
    native = NativeConnector(books.netsuite, NATIVE)
    owner = native.customer(books.organization.customer_of("acme"))
    for _ in range(2):
        native.invoice(owner, books.invoices[0], marked=False)
    with serving(books) as sandbox:
        comparison, found = await compared(sandbox, books)

    assert [each.what for each in found if each.number == books.number(0)] == ["ambiguous"]
    assert outcomes.counted(comparison.expected.values(), Division(open=found))["ambiguous"] == 1


async def test_a_document_that_our_mapping_refuses_is_said_though_it_stands():
    """Its event has failed in the shadow, too."""
    books = Books({**OURS, "add_ons": {}, "fallback_item": None})
    books.invoices, books.paid, books.notes = books.invoices[2:3], [], []
    books.write()
    with serving(books) as sandbox:
        comparison, found = await compared(sandbox, books)

    [refused] = [each for each in found if each.kind == "invoice" and each.what == "unmapped"]
    assert "setup" in refused.cause
    assert outcomes.counted(comparison.expected.values(), Division(open=found))["unmapped"] == 1
