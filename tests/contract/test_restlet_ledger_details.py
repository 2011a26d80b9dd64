"""The unmodified RESTlet on the emulated account: who has changed, paid or deleted, and what is owed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import get_args

import pytest

from consumer.clock import FakeClock
from consumer.sandbox.netsuite.fault_injection import ThrownError
from schemas.ledger import LedgerPage, LedgerQuestion, What
from tests.support.restlet import CUSTOMER_ID, FEE_ID, INVOICE_ID, NetSuite, customer, invoice, tax
from tests.support.restlet_documents import credit_memo, payment, plain_invoice
from tests.support.restlet_references import INVOICE, NOTE
from tests.support.sdf_project import GRANTED

OWN = INVOICE["externalId"]


def asked(netsuite, **question):
    answer = netsuite.call(LedgerQuestion(**question).body().decode())
    assert answer.status == 200, answer.body
    return LedgerPage.model_validate(json.loads(answer.body)["ledger"])


@pytest.fixture
def netsuite():
    made = NetSuite(clock=FakeClock(wall=datetime(2026, 8, 1, 12, 0, tzinfo=UTC)))
    made.write(customer(), invoice(), credit_memo("50.00"), payment("300.00"))
    made.account.clock.advance(3_600)
    return made


def row_of(netsuite, external_id=OWN):
    rows = {row.externalId: row for row in asked(netsuite).rows}
    [found] = asked(netsuite, ids=(rows[external_id].internalId,)).rows
    return found


def test_the_last_change_has_a_name(netsuite):
    """Ours is that of the integration's user."""
    before = row_of(netsuite)
    netsuite.by_hand("edit", "invoice", OWN, fields={"memo": "Called the customer"})
    after = row_of(netsuite)

    assert before.changedBy is not None
    assert after.changedBy is not None
    assert (before.changedBy.id, before.changedBy.name) == ("42", "integration@example.com")
    assert (after.changedBy.id, after.changedBy.name) == ("7", "Jane Doe")
    assert after.changedBy.at == after.changedAt == datetime(2026, 8, 1, 13, 0, tzinfo=UTC)


def test_single_documents_have_their_tax_as_it_was_written(netsuite):
    """Of a currency of which a unit is less than a cent of the base currency."""
    taxed = {"taxes": [tax(FEE_ID, "1903")], "expect": {"tax": "1903", "total": "11903"}}
    [written] = netsuite.write(plain_invoice("10000", "yen", columns={"currency": "4"}, **taxed))
    assert written["status"] == "created", written
    [listed] = [row for row in asked(netsuite).rows if row.externalId == "lago-inv-yen"]
    single = row_of(netsuite, "lago-inv-yen")

    assert (listed.baseTax, listed.exchangeRate) == ("12.75", "0.0067")
    assert (single.tax, single.baseTax, single.exchangeRate) == ("1903", None, None)


def test_what_pays_an_invoice_is_listed_with_its_maker(netsuite):
    """Ours has our external id; the other has its invoice's Lago id, which NetSuite copies, at the most."""
    paid = netsuite.by_hand("pay", "invoice", OWN, amount="100.00")

    ours, others = row_of(netsuite).settledBy or ()

    assert (ours.lagoId, ours.amount, ours.changedBy and ours.changedBy.id) == (
        "7b1d4a90-55c2-4f0e-8a3b-6e2f9c4d8e04", "300.00", "42",
    )  # fmt: skip
    assert (others.internalId, others.type, others.externalId) == (str(paid), "customerpayment", None)
    assert others.lagoId in {None, INVOICE_ID}
    assert (others.amount, others.changedBy and others.changedBy.name) == ("100.00", "Jane Doe")
    assert others.url.startswith("https://")


@pytest.mark.parametrize(
    ("match", "withheld"),
    [("appliedtotransaction", ("settled_by",)), ('"T"], "and", ["internalid"', ("changed_by",))],
)
def test_a_role_that_may_not_see_details_gets_the_rest(netsuite, match, withheld):
    """Each by its name."""
    number = asked(netsuite).rows[0].internalId
    fault = ThrownError(kind="error", at="search", match=match, name="INSUFFICIENT_PERMISSION")
    netsuite.account.faults.add(fault)

    page = asked(netsuite, ids=(number,))

    assert page.withheld == withheld
    assert page.rows[0].total == "498.31"
    assert (page.rows[0].settledBy is None, page.rows[0].changedBy is None) == (
        "settled_by" in withheld, "changed_by" in withheld,
    )  # fmt: skip


def test_only_the_asked_documents_are_read_and_only_so_many(netsuite):
    """A question for none reads nothing."""
    assert asked(netsuite, ids=()).rows == ()
    refused = asked(netsuite, ids=tuple(map(str, range(51))))

    assert refused.rows == ()
    assert refused.error is not None
    assert refused.error.code == "LAGO_BAD_ITEM"


def test_pages_of_all_documents_name_nobody(netsuite):
    """Notes of thousands of records would cost more than the call has."""
    assert {(row.changedBy, row.settledBy) for row in asked(netsuite).rows} == {(None, None)}


def test_deleted_documents_are_told_with_who_and_when(netsuite):
    """By type, the oldest first, over pages."""
    netsuite.by_hand("delete", "creditmemo", NOTE["externalId"])
    for lago_id in ("a1", "a2"):
        netsuite.write(plain_invoice("10.00", lago_id))
        netsuite.by_hand("delete", "invoice", f"lago-inv-{lago_id}", user_id=9, user_name="Joe Roe")

    found, after = [], None
    while True:
        page = asked(netsuite, what="deletions", limit=1, after=after)
        found += page.deletions or ()
        after = page.next
        if after is None:
            break

    assert page.withheld == ()
    assert [(each.type, each.externalId, each.name) for each in found] == [
        ("invoice", "lago-inv-a1", "Invoice #HOO-a1"),
        ("invoice", "lago-inv-a2", "Invoice #HOO-a2"),
        ("creditmemo", NOTE["externalId"], "Credit Memo #HOO-3F21-CN-001"),
    ]
    assert {each.deletedAt for each in found} == {datetime(2026, 8, 1, 13, 0, tzinfo=UTC)}
    assert [each.deletedBy and each.deletedBy.name for each in found] == ["Joe Roe", "Joe Roe", "Jane Doe"]


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ({"changed_since": datetime(2026, 8, 1, 13, 0, tzinfo=UTC)}, 1),
        ({"changed_since": datetime(2026, 8, 1, 13, 1, tzinfo=UTC)}, 0),
        ({"types": ("creditmemo",)}, 1),
        ({"types": ("invoice", "customerpayment")}, 0),
        ({"types": ()}, 0),
    ],
)
def test_deletions_are_chosen_by_moment_and_type(netsuite, question, count):
    """Both as for what stands."""
    netsuite.by_hand("delete", "creditmemo", NOTE["externalId"])
    found, after = [], None
    while True:
        page = asked(netsuite, what="deletions", after=after, **question)
        found += page.deletions or ()
        after = page.next
        if after is None:
            break

    assert len(found) == count


def test_a_role_without_the_permission_is_told_by_name(netsuite):
    """An empty list would say that nothing was deleted."""
    netsuite.by_hand("delete", "creditmemo", NOTE["externalId"])
    netsuite.reopen(permissions={"ADMI_DELETEDRECORD": 0})

    page = asked(netsuite, what="deletions")

    assert (page.deletions, page.withheld, page.error) == ((), ("deleted_records",), None)


def test_a_place_that_no_page_has_named_is_refused(netsuite):
    """Rather than beginning anew without a word."""
    page = asked(netsuite, what="deletions", after="9001")

    assert page.error is not None
    assert page.error.code == "LAGO_BAD_ITEM"


def test_customers_are_listed_with_lagos_keys(netsuite):
    """By their ids, a page at a time."""
    other = customer(
        external_id="lago-cus-2", lago_id="2", columns={"custentity_lago_id": "2", "entityid": "cus_2"}
    )
    netsuite.write(other)
    first = asked(netsuite, what="customers", limit=1)
    second = asked(netsuite, what="customers", limit=1, after=first.next)

    [one], [two] = first.customers or (), second.customers or ()

    assert (one.externalId, one.lagoId, one.name) == (f"lago-cus-{CUSTOMER_ID}", CUSTOMER_ID, "cus_7f21c0")
    assert (one.company, one.currency, one.subsidiary, one.inactive) == (
        "Raviga Analytics GmbH",
        "EUR",
        "1",
        False,
    )
    assert one.changedAt == datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
    assert (two.name, second.rows, second.deletions) == ("cus_2", (), None)


def test_customers_without_marks_of_lago_are_not_listed(netsuite):
    """They are none of ours."""
    netsuite.account.books.insert("entity", "customer", {"entityid": "Somebody", "subsidiary": "1"}, {})

    assert [each.name for each in asked(netsuite, what="customers").customers or ()] == ["cus_7f21c0"]


def test_balances_are_those_of_a_customer_by_currency_and_subsidiary(netsuite):
    """Of all documents, and of Lago's alone."""
    netsuite.write(plain_invoice("10.00", columns={"currency": "1"}))
    netsuite.by_hand("pay", "invoice", OWN, amount="100.00")

    page = asked(netsuite, what="balances")

    found = {each.currency: each for each in page.balances or ()}
    assert {currency: (each.open, each.lagoOpen) for currency, each in found.items()} == {
        "EUR": ("48.31", "48.31"), "USD": ("10.00", "10.00"),
    }  # fmt: skip
    assert (found["EUR"].customerLagoId, found["EUR"].subsidiary) == (CUSTOMER_ID, "1")
    assert page.next is None


def test_documents_of_others_count_for_what_a_customer_owes_and_not_for_lago(netsuite):
    """An invoice that somebody wrote by hand."""
    netsuite.run(
        "const made = record.create({ type: 'invoice', isDynamic: true, defaultValues: { entity: '501' } });"
        "made.setValue({ fieldId: 'currency', value: '2' });"
        "made.selectNewLine({ sublistId: 'item' });"
        "made.setCurrentSublistValue({ sublistId: 'item', fieldId: 'item', value: '802' });"
        "made.setCurrentSublistValue({ sublistId: 'item', fieldId: 'quantity', value: 1 });"
        "made.setCurrentSublistValue({ sublistId: 'item', fieldId: 'rate', value: 7 });"
        "made.commitLine({ sublistId: 'item' });"
        "return made.save();"
    )

    [balance] = asked(netsuite, what="balances").balances or ()

    assert (balance.open, balance.lagoOpen) == ("155.31", "148.31")


def test_more_customers_than_a_page_have_all_their_balances():
    """Pages continue by customer, so that no limit of groups is met."""
    netsuite = NetSuite()
    for number in range(5):
        mine = {"external_id": f"lago-cus-{number}", "lago_id": str(number)}
        columns = {"custentity_lago_id": str(number), "entityid": f"cus_{number}"}
        netsuite.write(customer(columns=columns, **mine))
        bill = plain_invoice("10.00", f"i{number}", columns={"entity": {"externalId": f"lago-cus-{number}"}})
        assert netsuite.write(bill)[0]["status"] == "created"
    found, after, pages = [], None, 0
    while True:
        page = asked(netsuite, what="balances", limit=2, after=after)
        found += page.balances or ()
        after, pages = page.next, pages + 1
        if after is None:
            break

    assert [(each.customerLagoId, each.open) for each in found] == [
        (str(number), "10.00") for number in range(5)
    ]
    assert pages == 3


def test_an_account_without_the_column_of_what_is_open_says_so():
    """Oracle does not list the column that it uses itself."""
    netsuite = NetSuite()
    netsuite.write(customer(), invoice())
    netsuite.reopen(
        switches=netsuite.account.profile.switches.model_copy(update={"open_amount_column": "absent"})
    )

    page = asked(netsuite, what="balances")

    assert page.error is not None
    assert page.error.code == "SSS_INVALID_SRCH_COL"


@pytest.mark.parametrize("profile", ["single-currency", "legacy-us"])
@pytest.mark.parametrize("what", ["customers", "balances", "deletions"])
def test_every_account_has_all_of_the_ledger(profile, what):
    """Columns and features that it lacks are left out."""
    page = asked(NetSuite(profile), what=what)

    assert page.error is None
    assert getattr(page, what) == ()


def test_a_call_keeps_within_its_units(netsuite):
    """The costliest question of each kind, with NetSuite's 5,000 units a call."""
    answers = [
        netsuite.call(question.body().decode())
        for question in (
            LedgerQuestion(what="balances"), LedgerQuestion(what="customers"),
            LedgerQuestion(what="deletions"),
            LedgerQuestion(ids=(asked(netsuite).rows[0].internalId,)),
        )
    ]  # fmt: skip

    assert max(json.loads(each.body)["script"]["units_used"] for each in answers) < 200
    assert INVOICE_ID in answers[-1].body


def test_a_role_that_may_only_read_reads_all_of_the_ledger(netsuite):
    """The permissions that the guide names for it, each at View."""
    named = [
        "LIST_CUSTJOB", "TRAN_CUSTINVC", "TRAN_CUSTCRED", "TRAN_CUSTPYMT", "TRAN_CUSTRFND", "LIST_CURRENCY",
        "LIST_SUBSIDIARY", "ADMI_DELETEDRECORD",
    ]  # fmt: skip
    netsuite.by_hand("delete", "creditmemo", NOTE["externalId"])

    def all_of_it():
        return [asked(netsuite, what=what, types=("creditmemo",)) for what in get_args(What)]

    whole = all_of_it()
    own = row_of(netsuite)
    netsuite.reopen(permissions=dict.fromkeys(GRANTED, 0) | dict.fromkeys(named, 1))

    assert all_of_it() == whole
    assert row_of(netsuite) == own
    assert [len(page.customers or page.balances or page.deletions or ()) for page in whole] == [0, 1, 1, 1]
