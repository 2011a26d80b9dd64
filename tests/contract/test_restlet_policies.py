"""The unmodified RESTlet on the emulated account: sales orders, currencies, periods, legacy taxes."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.books import Books, StaleError
from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.suitescript import sourcing
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from tests.support.other_worker import elsewhere
from tests.support.restlet import INVOICE_ID, NetSuite, codes, customer, fee, invoice, tax
from tests.support.restlet_documents import credit_memo, payment, plain_invoice, void
from tests.support.restlet_references import INVOICE

NEXT_OPEN = {"closedPeriod": "next_open_period"}
ONE_CURRENCY = Profile.load().features - {"MULTICURRENCYCUSTOMER"}


@pytest.fixture
def netsuite():
    made = NetSuite()
    made.write(customer())
    return made


def order(**changes):
    item = invoice(external_id=f"lago-so-{INVOICE_ID}", ref="1", **changes)
    item["record"]["type"] = "salesorder"
    del item["record"]["columns"]["duedate"]
    item["record"]["columns"]["orderstatus"] = "B"
    return item


def lenient(item, options=None):
    item["record"]["options"] = item["record"].get("options", {}) | (options or NEXT_OPEN)
    return item


# Sales orders.


def test_a_sales_order_stands_beside_its_invoice(netsuite):
    """Two records of one Lago invoice: own external ids, the same Lago id."""
    ordered, billed = netsuite.write(order(), invoice())

    kept = netsuite.one("salesorder")
    assert (ordered["status"], billed["status"]) == ("created", "created")
    assert ordered["totals"] == {"subtotal": "412.98", "tax": "85.33", "total": "498.31"}
    assert ordered["url"].endswith(f"/app/accounting/transactions/salesord.nl?id={kept['id']}")
    assert (kept["externalid"], kept["custbody_lago_id"]) == (f"lago-so-{INVOICE_ID}", INVOICE_ID)
    assert (kept["status"], "duedate" in kept, "postingperiod" in kept) == ("SalesOrd:B", False, False)


def test_a_sales_order_and_its_invoice_are_found_again_each_by_its_type(netsuite):
    first = netsuite.write(order(), invoice())

    second = netsuite.write(order(), invoice())

    assert [item["status"] for item in second] == ["exists", "exists"]
    assert [item["internalId"] for item in second] == [item["internalId"] for item in first]


def test_an_order_alone_does_not_stand_for_its_invoice(netsuite):
    """Row 24: a search by Lago's id keeps to the type."""
    netsuite.write(order())

    assert netsuite.write(invoice())[0]["status"] == "created"


def test_a_sales_order_owes_nothing(netsuite):
    netsuite.write(order())

    assert netsuite.account.balances() == []


def test_row_108_a_sales_order_without_a_status_is_pending_approval(netsuite):
    """The worker sends B, pending fulfillment; NetSuite has a default of its own."""
    item = order()
    del item["record"]["columns"]["orderstatus"]

    assert netsuite.write(item)[0]["status"] == "created"
    assert netsuite.one("salesorder")["status"] == "SalesOrd:A"


def test_row_107_where_unknown_fields_are_refused_documents_are_booked_all_the_same():
    """The script sets no field of its own accord that Oracle does not list."""
    netsuite = NetSuite(switches=Profile.load().switches.model_copy(update={"unknown_field": "refuse"}))

    written = netsuite.write(
        customer(), invoice(), credit_memo("50.00", (INVOICE, "50.00")), payment("100.00"), order()
    )

    assert [item["status"] for item in written] == ["created"] * 5, written
    assert netsuite.write(void())[0]["status"] == "voided"


def test_row_110_where_numbers_are_unique_the_second_is_refused_by_name():
    """Another system has numbered an invoice as Lago does."""
    netsuite = NetSuite(switches=Profile.load().switches.model_copy(update={"unique_tranid": True}))
    theirs = invoice(external_id="crm-1", lago_id="x", fingerprint="sha256:x")

    _, first, second = netsuite.write(customer(), theirs, invoice())

    assert (first["status"], second["status"]) == ("created", "error")
    assert (second["error"]["code"], second["error"]["class"]) == ("DUP_TRANS", "duplicate")


def test_a_wrong_total_of_a_sales_order_saves_nothing(netsuite):
    assert netsuite.write(order(expect={"total": "1.00"}))[0]["error"]["code"] == "LAGO_TOTAL_MISMATCH"
    assert netsuite.account.records("salesorder") == []


def test_a_sales_order_does_not_mind_a_closed_period(netsuite):
    assert netsuite.write(order(columns={"trandate": "2026-03-01"}))[0]["status"] == "created"


# Currencies.


@pytest.mark.parametrize(
    "item",
    [
        plain_invoice("10.00", columns={"currency": "3"}),
        credit_memo("10.00", columns={"currency": "3"}),
        payment("10.00", columns={"currency": "3"}, sublists=[]),
    ],
    ids=["invoice", "creditmemo", "customerpayment"],
)
def test_row_45_a_currency_the_customer_lacks_is_added_to_it(netsuite, item):
    written = netsuite.write(item)[0]

    assert written["status"] == "created"
    assert written["warnings"][0] == {
        "code": "LAGO_CURRENCY_ADDED", "field": "currency", "message": "GBP on customer 501",
    }  # fmt: skip
    assert [line["currency"] for line in netsuite.one("customer")["currencies"]] == ["3"]


def test_row_45_a_currency_is_added_once(netsuite):
    netsuite.write(plain_invoice("10.00", "a", columns={"currency": "3"}))

    written = netsuite.write(plain_invoice("10.00", "b", columns={"currency": "3"}))[0]

    assert (written["status"], written["warnings"]) == ("created", [])


@pytest.mark.parametrize("item", [plain_invoice("10.00", columns={"currency": "3"})])
def test_row_45_where_customers_have_one_currency_that_is_said(item):
    netsuite = NetSuite(features=ONE_CURRENCY)
    netsuite.write(customer())

    error = netsuite.write(item)[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_CURRENCY_NOT_ON_CUSTOMER", "config")
    assert (error["field"], "GBP" in error["message"]) == ("currency", True)
    assert netsuite.account.records("invoice") == []


def test_row_43_a_currency_that_is_none_is_added_to_nobody(netsuite):
    error = netsuite.write(plain_invoice("10.00", columns={"currency": "99"}))[0]["error"]

    assert (error["code"], error["field"]) == ("INVALID_KEY_OR_REF", "currency")
    assert netsuite.one("customer")["currencies"] == []


def test_a_dry_run_adds_no_currency(netsuite):
    written = netsuite.write(plain_invoice("10.00", columns={"currency": "3"}), dry_run=True)[0]

    assert codes(written) == ["LAGO_DRY_RUN", "LAGO_NOT_CHECKED"]
    assert netsuite.one("customer")["currencies"] == []


def test_a_currency_that_someone_else_has_just_added_is_taken(netsuite, monkeypatch):
    """Row 32: the customer was changed while the currency was added; the repeat finds it there."""
    replace, attempts = Books.replace, []

    def stale_once(books, saved, *author):
        attempts.append(saved)
        if len(attempts) == 1:
            replace(books, saved, *author)
            raise StaleError
        return replace(books, saved, *author)

    monkeypatch.setattr(Books, "replace", stale_once)
    item = plain_invoice("10.00", columns={"currency": "3"})

    error = netsuite.write(item)[0]["error"]

    assert (error["code"], error["class"]) == ("RCRD_HAS_BEEN_CHANGED", "transient")
    assert netsuite.write(item)[0]["status"] == "created"


def test_a_currency_that_another_call_adds_first_is_not_added_twice(netsuite, monkeypatch):
    check, attempts = sourcing.check_currency, []

    def other_first(account, draft):
        try:
            check(account, draft)
        except ScriptError:
            attempts.append(draft)
            if len(attempts) == 1:
                elsewhere(lambda: netsuite.write(plain_invoice("5.00", "a", columns={"currency": "3"})))
            raise

    monkeypatch.setattr(sourcing, "check_currency", other_first)

    assert netsuite.write(plain_invoice("10.00", columns={"currency": "3"}))[0]["status"] == "created"
    assert [line["currency"] for line in netsuite.one("customer")["currencies"]] == ["3"]


# Closed periods.


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("invoice", invoice(columns={"trandate": "2026-03-15"})),
        ("creditmemo", credit_memo("10.00", columns={"trandate": "2026-03-15"})),
        ("customerpayment", payment("10.00", columns={"trandate": "2026-03-15"}, sublists=[])),
    ],
)
def test_row_58_a_document_of_a_closed_period_is_posted_in_the_next_open_one(netsuite, kind, item):
    """The date stays; months between are closed, and quarters and years are no periods to post in."""
    written = netsuite.write(lenient(item))[0]

    kept = netsuite.one(kind)
    assert written["status"] == "created"
    assert {"code": "LAGO_POSTED_IN", "field": "postingperiod", "period": "Jul 2026"} in written["warnings"]
    assert (kept["trandate"], kept["postingperiod"]) == ("2026-03-15", "219")


def test_row_58_a_period_locked_for_receivables_counts_as_closed():
    periods = tuple(
        period.model_copy(update={"ar_locked": period.name == "Aug 2026"})
        for period in Profile.load().periods
    )
    netsuite = NetSuite(periods=periods)

    _, written = netsuite.write(customer(), lenient(invoice()))

    assert written["warnings"][-1]["period"] == "Sep 2026"


def test_row_58_otherwise_a_closed_period_is_an_error(netsuite):
    error = netsuite.write(invoice(columns={"trandate": "2026-03-15"}))[0]["error"]

    assert (error["code"], error["class"]) == ("TRAN_PERIOD_CLOSED", "period_closed")


def test_row_111_where_dates_are_tied_to_their_period_the_refusal_names_the_preference():
    """The next open period is no way out then, and the hint that is set already would be of no help."""
    netsuite = NetSuite(preferences=Profile.load().preferences | {"DATEPERIODMISMATCH": "DISALLOW"})
    netsuite.write(customer())

    error = netsuite.write(lenient(invoice(columns={"trandate": "2026-03-15"})))[0]["error"]

    assert (error["class"], error["field"]) == ("period_closed", "postingperiod")
    assert "Jul 2026" in error["message"]
    assert "Allow Transaction Date Outside of the Posting Period is Disallow" in error["message"]
    assert netsuite.account.records("invoice") == []


def test_row_58_without_any_open_period_it_stays_an_error():
    periods = tuple(period.model_copy(update={"closed": True}) for period in Profile.load().periods)
    netsuite = NetSuite(periods=periods)

    _, refused = netsuite.write(customer(), lenient(invoice()))

    assert refused["error"]["class"] == "period_closed"


def test_row_85_a_role_that_may_not_see_periods_finds_none():
    netsuite = NetSuite(permissions={"ADMI_ACCTPERIODS": 0})

    _, refused = netsuite.write(customer(), lenient(invoice(columns={"trandate": "2026-03-15"})))

    assert refused["error"]["class"] == "period_closed"


def test_row_46_the_users_date_format_does_not_matter():
    netsuite = NetSuite(preferences=Profile.load().preferences | {"DATEFORMAT": "D/M/YYYY"})

    _, written = netsuite.write(customer(), lenient(invoice(columns={"trandate": "2026-03-04"})))

    assert written["warnings"][-1]["period"] == "Jul 2026"


def test_several_remedies_may_be_needed_at_once(netsuite):
    """Neither the currency nor the period was right."""
    written = netsuite.write(
        lenient(plain_invoice("10.00", columns={"currency": "3", "trandate": "2026-03-15"}))
    )

    assert written[0]["status"] == "created"
    assert codes(written[0]) == ["LAGO_CURRENCY_ADDED", "LAGO_POSTED_IN"]


# Taxes of accounts without SuiteTax.


def legacy_invoice(**columns):
    return plain_invoice(
        "100.00",
        INVOICE_ID,
        columns={"currency": "1", "nexus": None, "istaxable": True, "taxitem": "1"} | columns,
        expect={"subtotal": "100.00", "tax": "8.10", "total": "108.10"},
    )


def test_row_82_a_legacy_account_takes_lagos_tax_as_one_amount():
    """Its own rate would make 7.25; single companies have no subsidiary."""
    netsuite = NetSuite("legacy-us")
    netsuite.write(customer(columns={"currency": "1"}))

    written = netsuite.write(legacy_invoice(taxamountoverride="8.10"))[0]

    kept = netsuite.one("invoice")
    assert written["totals"] == {"subtotal": "100.00", "tax": "8.10", "total": "108.10"}
    assert (kept["taxitem"], kept["taxrate"], "subsidiary" in kept) == ("1", "7.25", False)


def test_row_82_without_the_override_a_legacy_account_computes_by_its_own_rate():
    netsuite = NetSuite("legacy-us")
    netsuite.write(customer(columns={"currency": "1"}))

    error = netsuite.write(legacy_invoice())[0]["error"]

    assert error["code"] == "LAGO_TOTAL_MISMATCH"
    assert "tax 7.25, Lago billed 8.10" in error["message"]


def test_row_82_a_legacy_account_has_no_tax_lines():
    netsuite = NetSuite("legacy-us")
    bill = invoice(columns={"currency": "1"}, lines=[fee()], taxes=[tax("x", "1.00")], expect={})

    _, refused = netsuite.write(customer(columns={"currency": "1"}), bill)

    assert refused["error"]["code"] == "LAGO_SUITETAX_OFF"


def test_a_legacy_account_pays_and_credits_alike():
    netsuite = NetSuite("legacy-us")
    note = credit_memo("8.10", (INVOICE, "8.10"), columns={"currency": "1", "nexus": None})
    netsuite.write(customer(columns={"currency": "1"}), legacy_invoice(taxamountoverride="8.10"), note)

    written = netsuite.write(payment("100.00", columns={"currency": "1"}))[0]

    assert written["totals"]["applied"] == "100.00"
    assert netsuite.account.balances()[0]["balance"] == "0.00"


def test_a_legacy_account_of_one_currency_refuses_another():
    netsuite = NetSuite("legacy-us")
    netsuite.write(customer(columns={"currency": "1"}))

    error = netsuite.write(plain_invoice("10.00", columns={"currency": "2", "nexus": None}))[0]["error"]

    assert error["code"] == "LAGO_CURRENCY_NOT_ON_CUSTOMER"


def test_a_void_is_written_whatever_else_the_call_holds():
    """Each item is independent of the others."""
    netsuite = NetSuite()

    results = netsuite.write(customer(), invoice(), void(), credit_memo("1.00", expect={"total": "2.00"}))

    assert [item["status"] for item in results] == ["created", "created", "voided", "error"]
