"""Every kind of difference, planted alone and all at once, is reported with both values; nothing else is."""

import tracemalloc
from decimal import Decimal
from typing import get_args

import pytest

from consumer.outcome import Ignored
from consumer.pipeline.ownership import Ownership
from consumer.reconcile import expected
from consumer.reconcile.balances import Sums
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.difference import ACTS, LIKELY_CAUSES, TITLES, What
from consumer.reconcile.expected import Expected
from schemas.ledger import LedgerCustomer, LedgerRow
from tests.support import lago
from tests.support.connection_files import connection


def ownership(**changes):
    chosen = connection(**changes)
    return Ownership(connection=chosen, all_connections=(chosen,), reports_orphans=True)


def row_of(document, **changes):
    """NetSuite's record as it must be."""
    types = {"invoice": "invoice", "credit_note": "creditmemo", "payment": "customerpayment"}
    known = {
        "type": types[document.kind],
        "internalId": "9001",
        "externalId": document.external_id,
        "lagoId": document.lago_id,
        "number": document.netsuite_number or "PYMT1",
        "date": document.date or document.day,
        "currency": document.currency,
        "subsidiary": document.subsidiary or "1",
        "total": str(document.total),
        "tax": str(document.tax or 0),
        "remaining": str(document.open or 0),
        "url": "https://x",
        "entity": "48213",
        "customerExternalId": f"lago-cus-{document.customer_id}",
        "customerLagoId": document.customer_id,
        "customerName": document.customer,
    }
    return LedgerRow.model_validate(known | changes)


def invoice(lago_id="i", settings=None, **changes):
    content = lago.invoice(lago_id=lago_id, number=f"N-{lago_id}", **changes)
    return expected.of("invoice", content, ownership(**(settings or {})))


def note(lago_id="n", settings=None, **changes):
    known = lago.credit_note(lago_id=lago_id, number=f"N-{lago_id}", **changes)
    return expected.of("credit_note", known, ownership(**(settings or {})))


def customer(lago_id="N-w", settings=None, **changes):
    content = lago.customer(lago_id=lago_id, external_id=lago_id, **{"integration_customers": []} | changes)
    return expected.of("customer", content, ownership(**(settings or {})))


def payment(lago_id="p", **changes):
    return expected.of("payment", lago.payment(lago_id=lago_id, **changes), ownership())


def refunded(lago_id, settings=None):
    """A note of 10.00 that is paid back whole, and whose refund has succeeded."""
    amounts = {"credit_amount_cents": 0, "balance_amount_cents": 0, "refund_amount_cents": 1000}
    return note(lago_id, settings, refund_status="succeeded", **amounts)


def compared(documents, rows, causes=None):
    comparison = Comparison()
    for document in documents:
        is_customer = document.kind == "customer"
        comparison.expect_customer(document) if is_customer else comparison.expect(document)
    for row in rows:
        comparison.meet_customer(row) if isinstance(row, LedgerCustomer) else comparison.meet(row)
    return comparison.end(causes or {})


def test_books_that_agree_have_no_difference():
    """Each kind once; sums agree, too."""
    documents = [invoice(), note(), payment(), refunded("r"), refunded("s", BOOKS_REFUNDS)]
    rows = [row_of(document) for document in documents]
    refund = row_of(payment(), type="customerrefund", externalId="lago-ref-s", lagoId="s")
    comparison = Comparison()
    for document in documents:
        comparison.expect(document)
    for row in [*rows, refund]:
        comparison.meet(row)

    assert comparison.end({}) == []
    assert comparison.balances.by_currency()["EUR"] == Sums(lago=Decimal(0), netsuite=Decimal(0))
    assert comparison.counts == {"invoice": 1, "credit_note": 3, "payment": 1}
    assert all(sums.is_equal for sums in comparison.balances.totals.values())


BOOKS_REFUNDS = {"refunds": "customer_refund"}
TWO_SUBSIDIARIES = {"mapping": {"billing_entities": {"acme-eu": {"subsidiary": "4"}}}}
PLANTED = {
    "missing": ([invoice("a")], []),
    "extra": ([], [row_of(invoice("b"))]),
    "total": ([invoice("c")], [row_of(invoice("c"), total="10.01")]),
    "tax": ([invoice("m")], [row_of(invoice("m"), tax="0.01")]),
    "date": ([invoice("d")], [row_of(invoice("d"), date="2026-08-02")]),
    "currency": ([invoice("e")], [row_of(invoice("e"), currency="USD")]),
    "customer": (
        [invoice("o")],
        [row_of(invoice("o"), customerLagoId="another", customerExternalId=None, entity="7")],
    ),
    "subsidiary": (
        [invoice("q", TWO_SUBSIDIARIES)],
        [row_of(invoice("q", TWO_SUBSIDIARIES), subsidiary="1")],
    ),
    "number": (
        [invoice("r"), invoice("r2")],
        [row_of(invoice("r"), number="INV100"), row_of(invoice("r2"))],
    ),
    "open_balance": ([invoice("f")], [row_of(invoice("f"), remaining="9.99")]),
    "voided": ([invoice("g")], [row_of(invoice("g"), voided=True, remaining="0")]),
    "not_voided": ([invoice("h", status="voided")], [row_of(invoice("h"), remaining="10.00")]),
    "not_approved": ([invoice("s")], [row_of(invoice("s"), approval="pending")]),
    "duplicated": ([invoice("k")], [row_of(invoice("k")), row_of(invoice("k"), externalId=None)]),
    "paid_without_payment": ([invoice("l", payment_status="succeeded")], [row_of(invoice("l"))]),
    "not_applied": (
        [invoice("t"), payment("u", invoice_ids=["t"])],
        [row_of(invoice("t")), row_of(payment("u"), remaining="10.00")],
    ),
    "customer_missing": ([customer()], []),
    "refund_missing": ([refunded("v", BOOKS_REFUNDS)], [row_of(refunded("v"))]),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_difference_is_found_and_no_other(what):
    """With its cause and the act that ends it."""
    documents, rows = PLANTED[what]

    [found] = compared(documents, rows)

    assert found.what == what
    assert found.act == ACTS[what]
    assert found.likely_cause == LIKELY_CAUSES[what]
    assert found.number.startswith(("N-", "payment of"))
    assert found.lago or found.netsuite


def test_all_differences_at_once_are_found_each_once():
    """None hides another."""
    documents = [document for each, _ in PLANTED.values() for document in each]
    rows = [row for _, each in PLANTED.values() for row in each]

    assert sorted(each.what for each in compared(documents, rows)) == sorted(PLANTED)


def test_every_kind_has_a_title_a_cause_and_an_act_and_a_test():
    """A kind that is added needs all of them."""
    assert set(TITLES) == set(ACTS) == set(LIKELY_CAUSES) == set(get_args(What))
    of_drift = {"edited", "deleted", "paid_in_netsuite"}  # test_drift plants these
    of_shadow = {each for each in TITLES if each.startswith("line_")} | {"unmapped", "ambiguous"}
    of_customers = {f"customer_{each}" for each in ("ambiguous", "name", "currency", "subsidiary")}
    # tests/contract/test_shadow_lines and test_shadow_customers plant these.
    assert set(TITLES) - set(PLANTED) == of_drift | of_shadow | of_customers


@pytest.mark.parametrize(
    "keys", [{"externalId": "lago-cus-c"}, {"externalId": "CRM-1", "lagoId": "c"}, {"lagoId": "c"}]
)
def test_a_customer_is_found_by_either_mark(keys):
    """An adopted one keeps an external id of its own."""
    assert compared([customer("c")], [LedgerCustomer(internalId="7", **keys)]) == []


def test_a_customer_that_lago_links_is_in_netsuite_by_that():
    """It carries no mark of ours before its first event."""
    link = {"type": "netsuite", "integration_code": "netsuite-eu", "external_customer_id": "55"}

    assert compared([customer(integration_customers=[link])], []) == []


def test_an_old_customer_is_missed_only_by_its_documents():
    """It had no event that would have created it; its document says why it is missing."""
    owner, other, unpaid = customer("c"), customer("d"), invoice("i", customer=lago.customer(lago_id="c"))
    comparison = Comparison()
    comparison.expect(unpaid)
    for each in (owner, other):
        comparison.expect_customer(each, is_older=True)

    missing_customer, missing = comparison.end({})

    assert (missing_customer.what, missing_customer.number) == ("customer_missing", "c")
    assert (missing.what, missing.cause) == ("missing", "its customer is not in NetSuite")


def test_customers_that_are_not_written_are_not_compared():
    """Nor partners."""
    off = {"sync": {"customers": False}}

    assert customer("c", off) == Ignored(rule="sync_disabled")
    assert customer("c", account_type="partner") == Ignored(rule="partner")


def test_both_sides_of_an_amount_have_the_decimals_of_its_currency():
    """NetSuite keeps two decimals of dinars, and Lago three."""
    document = invoice(currency="KWD", total_amount_cents=1_575_740, total_due_amount_cents=1_575_740)
    record = {"total": "1575.75", "remaining": "1575.75"}

    found = compared([document], [row_of(document, **record)])

    assert {(each.what, each.lago, each.netsuite) for each in found} == {
        ("total", "1575.740", "1575.750"),
        ("open_balance", "1575.740", "1575.750"),
    }


def test_numbers_are_not_compared_where_netsuite_numbers_by_itself():
    """Then no document has Lago's number, which is a setting of the account and no error of a document."""
    assert compared([invoice()], [row_of(invoice(), number="INV100")]) == []


@pytest.mark.parametrize(
    ("changes", "is_other"),
    [
        ({"customerLagoId": None, "customerExternalId": "lago-cus-other"}, True),
        ({"customerLagoId": None, "customerExternalId": None}, False),
        ({"customerLagoId": None, "customerExternalId": "CRM-1"}, False),
        ({"customerLagoId": "other", "entity": "55"}, False),
        ({"customerLagoId": "other", "entity": "56"}, True),
    ],
)
def test_a_document_is_on_another_customer_where_netsuite_says_so(changes, is_other):
    """Not where the role may not see the customer, nor where Lago itself links it to that one."""
    link = {"type": "netsuite", "integration_code": "netsuite-eu", "external_customer_id": "55"}
    document = invoice(customer=lago.customer(integration_customers=[link]))

    found = compared([document], [row_of(document, **changes)])

    assert [each.what for each in found] == ["customer"] * is_other


def test_a_refund_that_people_make_is_reported_when_lago_has_paid_it_and_the_memo_is_open():
    """Not before, and not once the memo is spent."""
    paid, waiting = refunded("r"), note("w", refund_amount_cents=1000, credit_amount_cents=0)

    assert [each.what for each in compared([paid], [row_of(paid, remaining="10.00")])] == ["refund_missing"]
    assert compared([paid], [row_of(paid)]) == []
    assert compared([waiting], [row_of(waiting, remaining="10.00")]) == []


def test_money_for_a_voided_invoice_stays_on_account():
    """Lago keeps it on the invoice, NetSuite cannot."""
    voided, paid = invoice("x", status="voided"), payment("y", invoice_ids=["x"])

    assert compared([voided, paid], [row_of(voided), row_of(paid, remaining="10.00")]) == []


@pytest.mark.parametrize("stands", [{"voided": True, "remaining": "0"}, {"remaining": "10.00"}])
def test_a_void_that_is_not_synced_is_no_difference(stands):
    """`sync.voids: false` leaves NetSuite's document to people, who may void it, or not."""
    document = invoice("z", {"sync": {"voids": False}}, status="voided")

    assert compared([document], [row_of(document, **stands)]) == []


def test_an_invoice_is_open_as_people_book_where_payments_are_not_synced():
    """What is left of it is then theirs."""
    document = invoice("z", {"sync": {"payments": False}})

    assert compared([document], [row_of(document, remaining="0.00")]) == []


def test_the_smallest_unit_of_a_currency_counts():
    """A dinar has a thousand parts."""
    document = invoice("kw", currency="KWD")

    [found] = compared([document], [row_of(document, remaining=str(document.open - Decimal("0.001")))])

    assert found.what == "open_balance"


def test_what_follows_from_a_missing_payment_says_so():
    """The invoice it pays is open, for that reason."""
    paid = invoice("x", total_due_amount_cents=0, total_paid_amount_cents=1000)
    known = {("payment", "y"): "it waits since 09:00: the period is closed"}

    missing, open_ = compared(
        [paid, payment("y", invoice_ids=["x"])], [row_of(paid, remaining="10.00")], known
    )

    assert (missing.what, missing.cause) == ("missing", known["payment", "y"])
    assert (open_.what, open_.cause) == ("open_balance", f"{missing.number} is not in NetSuite")


def test_sums_show_by_customer_entity_and_month_what_differs():
    """Also what Lago lacks."""
    comparison = Comparison()
    comparison.expect(invoice("a"))
    comparison.meet(row_of(invoice("b"), date="2026-09-01", customerName="Other Ltd"))
    comparison.end({})

    unequal = dict(comparison.balances.unequal())
    totals = comparison.balances.totals
    customer = lago.customer()["external_id"]
    assert {key: (each.lago, each.netsuite) for key, each in unequal.items()} == {
        (customer, "EUR", "acme-eu"): (Decimal("10.00"), 0),
        ("Other Ltd", "EUR", ""): (0, Decimal("10.00")),
    }
    assert {key: (each.lago_count, each.netsuite_count) for key, each in totals.items()} == {
        ("2026-08", "invoice", "EUR"): (1, 0),
        ("2026-09", "invoice", "EUR"): (0, 1),
    }


@pytest.mark.parametrize(
    ("document", "changes", "what"),
    [
        (note(), {"total": "9.00"}, "total"),
        (note(), {"remaining": "0.00"}, "open_balance"),
        (payment(), {"total": "9.00"}, "total"),
        (payment(type="manual"), {"date": "2026-08-04"}, "date"),
    ],
)
def test_notes_and_payments_are_compared_too(document, changes, what):
    """By what Lago says of each."""
    [found] = compared([document], [row_of(document, **changes)])

    assert (found.what, found.kind) == (what, document.kind)


def test_what_is_missing_names_the_open_failure():
    """So that a person mends the cause first."""
    document = invoice()

    [found] = compared(
        [document], [], {("invoice", document.lago_id): "invalid_mapping: metric gb is not mapped"}
    )

    assert found.cause == "invalid_mapping: metric gb is not mapped"


def test_records_of_ours_that_are_no_document_of_lagos_are_no_difference():
    """A reversing memo, a refund, and a sales order."""
    reversing = row_of(note(), externalId="lago-inv-x-void")
    refund = row_of(payment(), type="customerrefund", externalId="lago-ref-x")

    assert compared([], [reversing, refund]) == []


def test_a_document_outside_of_the_window_is_neither_missing_nor_extra():
    """It is known, and not compared."""
    comparison, document = Comparison(), invoice()
    comparison.expect(document, is_in_window=False)
    comparison.meet(row_of(document, total="1.00"))

    assert comparison.end({}) == []


@pytest.mark.parametrize(
    ("kind", "row", "rule"),
    [
        ("invoice", lago.invoice(status="draft"), "not_finalized"),
        ("invoice", lago.invoice(self_billed=True), "self_billed"),
        ("invoice", lago.invoice([lago.fee(unit_price=0)]), "zero_amount"),
        ("payment", lago.payment(payment_status="pending"), "payment_not_settled"),
        ("invoice", lago.invoice(billing_entity_code="other"), "other_connection"),
    ],
)
def test_what_a_rule_leaves_out_is_not_expected(kind, row, rule):
    """The same rules as on the way of an event."""
    chosen = ownership(select={"billing_entities": ["acme-eu"]} if rule == "other_connection" else {})

    assert expected.of(kind, {**row, "fees": None}, chosen) == Ignored(rule=rule)


@pytest.mark.parametrize("rule", ["other_connection", "before_start_date", "voided_credit_note"])
def test_a_document_that_a_rule_leaves_out_is_not_extra_where_netsuite_holds_it(rule):
    """Another connection may book into the same account, and a start date may be set later."""
    comparison = Comparison()
    comparison.leave_out("lago-cn-n", rule)
    comparison.leave_out("lago-cn-n", rule)
    comparison.meet(row_of(note(), remaining="0.00"))
    comparison.meet(row_of(note(), remaining="0.00", externalId=None))

    assert comparison.end({}) == []
    assert comparison.ignored == {rule: 1}


def test_the_credit_of_a_note_that_was_voided_after_it_was_booked_is_reported():
    """Its credit can still be spent in NetSuite."""
    comparison = Comparison()
    comparison.leave_out("lago-cn-n", "voided_credit_note")
    comparison.meet(row_of(note(), remaining="10.00"))

    assert [each.what for each in comparison.end({})] == ["extra"]


@pytest.mark.parametrize("value", [None, "x", [], {}, "", 1.5, True, 10**30, "12"])
@pytest.mark.parametrize("kind", ["invoice", "credit_note", "payment"])
@pytest.mark.parametrize("missing", [False, True])
def test_no_odd_row_ends_a_run(kind, value, missing):
    """Whatever a member of it is, or when there is none."""
    known = {"invoice": lago.invoice, "credit_note": lago.credit_note, "payment": lago.payment}[kind]()
    known |= {"type": "manual"} if kind == "payment" else {}
    for name in known:
        rest = {other: kept for other, kept in known.items() if other != name}
        found = expected.of(kind, rest if missing else rest | {name: value}, ownership())
        assert isinstance(found, Expected | Ignored)


def test_amounts_that_are_texts_count_as_the_schema_reads_them():
    """Some proxies turn numbers into texts."""
    found = expected.of(
        "invoice", lago.invoice(total_amount_cents="1190", total_due_amount_cents="1190"), ownership()
    )

    assert isinstance(found, Expected)
    assert (found.total, found.open) == (Decimal("11.90"), Decimal("11.90"))


@pytest.mark.parametrize(
    ("customer", "owners"),
    [
        ({"billing_entity_code": "eu", "integration_customers": []}, ["netsuite-eu"]),
        ({"billing_entity_code": "us", "integration_customers": []}, ["netsuite-us"]),
        (None, ["netsuite-eu"]),
    ],
)
def test_a_payment_is_expected_by_one_of_several_connections(customer, owners):
    """By its customer; of a deleted one the first connection tells."""
    both = tuple(
        connection(code=f"netsuite-{code}", select={"billing_entities": [code]}) for code in ("eu", "us")
    )
    row = lago.payment() | ({} if customer is None else {"customer": lago.customer() | customer})
    found = {
        each.code: expected.of(
            "payment", row, Ownership(connection=each, all_connections=both, reports_orphans=each is both[0])
        )
        for each in both
    }

    assert [code for code, document in found.items() if isinstance(document, Expected)] == owners


def test_a_spent_note_is_part_of_the_total_where_it_is_applied():
    """NetSuite holds the invoice whole and the note applied to it."""
    spent = lago.invoice(discounts=lago.Discounts(credit_notes=300))

    found = expected.of("invoice", spent, ownership())

    assert isinstance(found, Expected)
    assert (found.total, found.open) == (Decimal("10.00"), Decimal("7.00"))


def test_a_row_that_lists_show_twice_counts_once():
    """Pages shift while they are read."""
    comparison = Comparison()
    comparison.expect(invoice())
    comparison.expect(invoice())

    assert comparison.counts["invoice"] == 1


def test_a_document_takes_less_than_a_kilobyte_of_memory():
    """So that 100,000 documents fit beside the program into 200 MB."""
    known = [
        lago.invoice(
            lago_id=f"1f0e5a44-98a5-4b0c-8f5e-{number:012}", number=f"ACM-3F21-202608-{number}", fees=None
        )
        for number in range(1_000)
    ]
    mine, comparison = ownership(), Comparison()

    tracemalloc.start()
    try:
        for row in known:
            comparison.expect(expected.of("invoice", row, mine))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert comparison.counts["invoice"] == len(known)
    assert taken / len(known) < 1_000
