"""The unmodified RESTlet on the emulated account: the write contract."""

from __future__ import annotations

import json
import threading
from decimal import Decimal

import pytest

from consumer.sandbox.netsuite.books import Books
from consumer.sandbox.netsuite.profile import Profile
from schemas.wire import SCRIPT_VERSION
from tests.support.restlet import (
    BERLIN,
    CUSTOMER_ID,
    FEE_ID,
    INVOICE_ID,
    NetSuite,
    address,
    address_book,
    coupon,
    customer,
    fee,
    invoice,
    stale_once,
    tax,
    untaxed,
)


@pytest.fixture
def netsuite():
    return NetSuite()


@pytest.fixture
def with_customer(netsuite):
    assert netsuite.write(customer())[0]["status"] == "created"
    return netsuite


def test_ping_says_who_answers(netsuite):
    """GET ping names contract, script, account, environment and the server's time."""
    answer = netsuite.call("", verb="GET")

    told = json.loads(answer.body)
    assert answer.status == 200
    assert told["v"] == 1
    assert told["account"] == {"id": "1234567_SB1", "environment": "SANDBOX"}
    assert told["script"]["version"] == SCRIPT_VERSION
    assert told["server_time"].endswith("Z")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "LAGO_BAD_ENVELOPE"),
        ({"v": 2, "op": "write", "items": []}, "LAGO_VERSION_NOT_SUPPORTED"),
        ({"v": 1, "op": "constructor"}, "LAGO_UNKNOWN_OPERATION"),
        ({"v": 1, "op": "write"}, "LAGO_BAD_ENVELOPE"),
        ({"v": 1, "op": "write", "items": [{}]}, "LAGO_BAD_ENVELOPE"),
    ],
)
def test_an_unusable_envelope_is_http_400_with_a_code_of_ours(netsuite, body, code):
    answer = netsuite.call(body)

    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (400, code)
    assert json.loads(error["message"])["name"] == code


def test_customer_and_invoice_are_created_in_one_call(netsuite):
    """The invoice refers to the customer of the same call; both answers carry id, number and link."""
    first, second = netsuite.write(customer(), invoice())

    assert first["status"] == second["status"] == "created"
    assert first["number"] == "cus_7f21c0"
    assert (
        first["url"]
        == f"https://1234567-sb1.app.netsuite.com/app/common/entity/custjob.nl?id={first['internalId']}"
    )
    assert second["externalId"] == f"lago-inv-{INVOICE_ID}"
    assert second["number"] == "HOO-3F21-202608-057"
    assert second["totals"] == {"subtotal": "412.98", "tax": "85.33", "total": "498.31"}
    assert second["warnings"] == []
    assert netsuite.one("invoice")["entity"] == first["internalId"]


def test_the_saved_invoice_holds_what_was_sent(with_customer):
    """Row 46, 74: dates are the days that were sent; lines and tax lines are kept, pseudo fields not."""
    with_customer.write(invoice())

    kept = with_customer.one("invoice")
    assert (kept["trandate"], kept["duedate"], kept["otherrefnum"]) == ("2026-08-01", "2026-08-31", "PO-1")
    assert (kept["subtotal"], kept["taxtotal"], kept["total"]) == ("412.98", "85.33", "498.31")
    assert kept["currency_iso"] == "EUR"
    assert kept["custbody_lago_fingerprint"] == "sha256:invoice"
    assert kept["lines"][0]["custcol_service_period_date_from"] == "2026-07-01"
    assert kept["lines"][1]["amount"] == "-86.02"
    assert [line["taxamount"] for line in kept["taxdetails"]] == ["85.33", "0.00"]
    assert "lago_plan_codes" not in json.dumps(kept)


def test_pseudo_fields_are_kept_where_the_account_has_them():
    fields = NetSuite().account.profile.custom_fields
    wanted = ("custbody_lago_plan_codes", "custcol_lago_item_source")
    extra = tuple(fields[5].model_copy(update={"id": name, "kind": "text"}) for name in wanted)
    netsuite = NetSuite(custom_fields=fields + extra)

    netsuite.write(customer(), invoice())

    kept = netsuite.one("invoice")
    assert kept["custbody_lago_plan_codes"] == "scale_monthly"
    assert [line["custcol_lago_item_source"] for line in kept["lines"]] == ["scale_monthly", "coupons"]


def test_a_custom_field_the_account_lacks_is_skipped_with_one_warning():
    """Row 88: a field that is not deployed is left out and named once, however many lines have it."""
    fields = tuple(
        f for f in NetSuite().account.profile.custom_fields if f.id != "custcol_service_period_date_to"
    )
    netsuite = NetSuite(custom_fields=fields)

    _, written = netsuite.write(customer(), untaxed(lines=[fee(), fee()]))

    assert written["status"] == "created"
    assert written["warnings"] == [{"code": "LAGO_FIELD_MISSING", "field": "custcol_service_period_date_to"}]


def test_a_repeated_request_finds_what_is_there(with_customer):
    """The same call again answers `exists` with the same ids and totals and writes nothing."""
    created = with_customer.write(invoice())[0]

    again = with_customer.write(customer(), invoice())

    assert [item["status"] for item in again] == ["exists", "exists"]
    assert again[1]["internalId"] == created["internalId"]
    assert again[1]["totals"] == created["totals"]
    assert len(with_customer.account.records("invoice")) == 1


def test_another_fingerprint_under_the_same_external_id_is_a_conflict(with_customer):
    with_customer.write(invoice())

    conflict = with_customer.write(invoice(fingerprint="sha256:other"))[0]

    assert conflict["status"] == "conflict"
    number = with_customer.one("invoice")["tranid"]
    assert conflict["error"]["message"] == (
        f"NetSuite has {number} of 2026-08-01 with total 498.31 already, "
        "Lago's of 2026-08-01 has total 498.31, and their contents differ."
    )


def test_create_or_get_never_changes_a_customer(with_customer):
    written = with_customer.write(customer(fingerprint="sha256:x", columns={"companyname": "Other"}))[0]

    assert written["status"] == "exists"
    assert with_customer.one("customer")["companyname"] == "Raviga Analytics GmbH"


def test_upsert_brings_a_newer_version(with_customer):
    newer = customer(
        mode="upsert",
        version="2026-08-02T00:00:00Z",
        fingerprint="sha256:2",
        columns={"companyname": "Raviga SE"},
    )

    written = with_customer.write(newer)[0]

    kept = with_customer.one("customer")
    assert written["status"] == "updated"
    assert (kept["companyname"], kept["custentity_lago_version"]) == ("Raviga SE", "2026-08-02T00:00:00Z")
    assert with_customer.write(newer)[0]["status"] == "exists"


def test_upsert_ignores_an_older_version(with_customer):
    older = customer(
        mode="upsert", version="2026-07-31T23:00:00Z", fingerprint="sha256:0", columns={"phone": "5555555"}
    )

    assert with_customer.write(older)[0]["status"] == "exists"
    assert with_customer.one("customer")["phone"] == "+49 30 5550100"


def test_upsert_leaves_fields_alone_that_are_null(with_customer):
    item = customer(
        mode="upsert", version="2026-08-02T00:00:00Z", fingerprint="sha256:2", columns={"phone": None}
    )

    with_customer.write(item)

    assert with_customer.one("customer")["phone"] == "+49 30 5550100"


def test_upsert_says_which_field_cannot_change(with_customer):
    """The subsidiary of a customer that can have only one."""
    with_customer.reopen(features=Profile.load().features - {"MULTISUBSIDIARYCUSTOMER"})
    item = customer(
        mode="upsert", version="2026-08-02T00:00:00Z", fingerprint="sha256:2", columns={"subsidiary": "4"}
    )

    written = with_customer.write(item)[0]

    assert written["status"] == "updated"
    assert {"code": "LAGO_FIELD_FIXED", "field": "subsidiary"} in written["warnings"]
    assert with_customer.one("customer")["subsidiary"] == "1"


def test_upsert_changes_the_default_address_in_place(with_customer):
    hamburg = BERLIN | {"city": "Hamburg"}
    item = customer(
        mode="upsert",
        version="2026-08-02T00:00:00Z",
        fingerprint="sha256:2",
        lines=[address_book(address(hamburg))],
    )

    with_customer.write(item)

    (line,) = with_customer.one("customer")["addressbook"]
    assert line["addressbookaddress"]["city"] == "Hamburg"


def test_upsert_splits_billing_from_shipping(with_customer):
    """Row 48: one default for billing, one for shipping, never two of a kind."""
    book = address_book(
        address(BERLIN, shipping=False), address(BERLIN | {"city": "Bonn"}, billing=False)
    )  # fmt: skip
    with_customer.write(
        customer(mode="upsert", version="2026-08-02T00:00:00Z", fingerprint="sha256:2", lines=[book])
    )

    lines = with_customer.one("customer")["addressbook"]
    told = [(x["defaultbilling"], x["defaultshipping"], x["addressbookaddress"]["city"]) for x in lines]
    assert told == [(True, False, "Berlin"), (False, True, "Bonn")]


def test_a_customer_changed_meanwhile_is_loaded_again(with_customer, monkeypatch):
    """Row 32: RCRD_HAS_BEEN_CHANGED once is no failure."""
    attempts = stale_once(monkeypatch)
    item = customer(
        mode="upsert", version="2026-08-02T00:00:00Z", fingerprint="sha256:2", columns={"phone": "5555555"}
    )

    assert with_customer.write(item)[0]["status"] == "updated"
    assert len(attempts) == 2
    assert with_customer.one("customer")["phone"] == "5555555"


def test_an_address_has_country_and_state(netsuite):
    """Row 48: the country is set first, so a state of it is accepted."""
    place = {"state": "CA", "city": "Palo Alto", "country": "US", "zip": "94301", "addr1": "1 Main St"}

    written = netsuite.write(customer(lines=[address_book(address(place))]))[0]

    (line,) = netsuite.one("customer")["addressbook"]
    assert written["warnings"] == []
    assert (line["addressbookaddress"]["country"], line["addressbookaddress"]["state"]) == ("US", "CA")


def test_a_state_netsuite_does_not_know_is_left_out_with_a_warning(netsuite):
    """Row 48."""
    place = {"state": "Bavaria", "city": "Palo Alto", "country": "US"}

    written = netsuite.write(customer(lines=[address_book(address(place))]))[0]

    (line,) = netsuite.one("customer")["addressbook"]
    assert written["status"] == "created"
    assert [warning["code"] for warning in written["warnings"]] == ["LAGO_STATE_NOT_ACCEPTED"]
    assert "state" not in line["addressbookaddress"]


def test_a_person_needs_a_last_name(netsuite):
    """Row 50, 35."""
    item = customer(columns={"isperson": True, "companyname": None, "firstname": "Ada", "lastname": None})

    error = netsuite.write(item)[0]["error"]

    assert error["class"] == "missing_field"
    assert error["message"] == "Please enter value(s) for: Last Name"
    assert error["field"] == "lastname"


def test_two_calls_at_once_make_one_record(with_customer, monkeypatch):
    """Row 26: both have looked and found nothing; the database lets one win, the other finds the winner."""
    both_looked = threading.Barrier(2, timeout=10)
    insert = Books.insert

    def meet_first(books, *args):
        both_looked.wait()
        return insert(books, *args)

    monkeypatch.setattr(Books, "insert", meet_first)
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.extend(with_customer.write(invoice()))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer["status"] for answer in answers) == ["created", "exists"]
    assert [answer["raced"] for answer in answers if answer["status"] == "exists"] == [True]
    assert with_customer.one("invoice")["externalid"] == f"lago-inv-{INVOICE_ID}"


def test_a_name_that_is_taken_is_a_duplicate_of_someone_else(with_customer):
    """Row 27: the entity id clashes with a customer that is not ours."""
    other = customer(external_id="lago-cus-b", lago_id="b", columns={"custentity_lago_id": "b"})

    error = with_customer.write(other)[0]["error"]

    assert (error["code"], error["class"], error["field"]) == ("UNIQUE_CUST_ID_REQD", "duplicate", "entityid")
    assert "It is customer 501" in error["message"]


def test_a_customer_that_carries_our_lago_id_is_adopted(netsuite):
    """A record made by another integration is stamped with the external id and not made twice."""
    netsuite.account.books.insert(
        "entity",
        "customer",
        {"entityid": "Old name", "custentity_lago_id": CUSTOMER_ID, "subsidiary": "1", "currency": "2"},
        {},
    )

    adopted = netsuite.write(customer())[0]

    assert (adopted["status"], adopted["externalId"]) == ("adopted", f"lago-cus-{CUSTOMER_ID}")
    assert netsuite.one("customer")["externalid"] == f"lago-cus-{CUSTOMER_ID}"
    assert netsuite.one("customer")["entityid"] == "Old name"


def test_a_customer_that_has_another_external_id_keeps_it(netsuite):
    fields = {"externalid": "crm-77", "custentity_lago_id": CUSTOMER_ID, "subsidiary": "1", "currency": "2"}
    saved = netsuite.account.books.insert("entity", "customer", fields, {})

    first, second = netsuite.write(customer(), invoice())

    assert (first["status"], first["externalId"]) == ("exists", "crm-77")
    assert second["status"] == "created"
    assert netsuite.one("invoice")["entity"] == str(saved.id)


def test_an_external_id_of_another_type_is_refused(with_customer):
    """Row 24: the transaction group shares one namespace."""
    with_customer.account.books.insert(
        "transaction", "salesorder", {"externalid": f"lago-inv-{INVOICE_ID}"}, {}
    )

    error = with_customer.write(invoice())[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_EXTID_TYPE_MISMATCH", "invalid_reference")


def test_a_missing_customer_is_a_dependency(netsuite):
    error = netsuite.write(invoice())[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_REFERENCE_NOT_FOUND", "dependency")
    assert (error["retryable"], error["field"]) == (True, "entity")


def test_what_depends_on_a_failed_item_says_so(netsuite):
    first, second = netsuite.write(customer(columns={"subsidiary": "99"}), invoice())

    assert (first["error"]["code"], first["error"]["field"]) == ("INVALID_KEY_OR_REF", "subsidiary")
    assert (second["error"]["code"], second["error"]["class"]) == ("LAGO_DEPENDENCY_FAILED", "dependency")


@pytest.mark.parametrize(
    "reference", [{"lagoId": CUSTOMER_ID}, {"internalId": "501"}, {"internalId": 501}, "501"]
)
def test_every_form_of_reference_is_resolved(with_customer, reference):
    assert with_customer.write(invoice(columns={"entity": reference}))[0]["status"] == "created"


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ({"subtotal": "412.97", "tax": "85.33", "total": "498.30"}, "subtotal 412.98, Lago billed 412.97"),
        ({"subtotal": "412.98", "tax": "85.34", "total": "498.32"}, "tax 85.33, Lago billed 85.34"),
    ],
)
def test_a_wrong_total_saves_nothing(with_customer, expect, words):
    item = with_customer.write(invoice(expect=expect))[0]

    assert (item["status"], item["error"]["code"]) == ("error", "LAGO_TOTAL_MISMATCH")
    assert item["error"]["class"] == "total_mismatch"
    assert words in item["error"]["message"]
    assert with_customer.account.records("invoice") == []


def _save_one_cent_more(monkeypatch):
    insert = Books.insert

    def one_more(books, group, kind, fields, sublists, *author):
        changed = {"total": str(Decimal(fields["total"]) + Decimal("0.01"))} if kind == "invoice" else {}
        return insert(books, group, kind, fields | changed, sublists, *author)

    monkeypatch.setattr(Books, "insert", one_more)


def test_a_total_that_turns_out_wrong_after_the_save_is_deleted_again(with_customer, monkeypatch):
    """Workflows and tax engines may change a record while it is saved."""
    _save_one_cent_more(monkeypatch)

    error = with_customer.write(invoice())[0]["error"]

    assert error["code"] == "LAGO_TOTAL_MISMATCH"
    assert "498.32" in error["message"]
    assert with_customer.account.records("invoice") == []


def test_a_wrong_record_that_cannot_be_deleted_is_named(monkeypatch):
    netsuite = NetSuite(permissions={"TRAN_CUSTINVC": 3})
    _save_one_cent_more(monkeypatch)

    _, written = netsuite.write(customer(), invoice())

    number = netsuite.one("invoice")["id"]
    assert written["error"]["code"] == "LAGO_TOTAL_MISMATCH"
    assert f"Record {number} stands and must be corrected" in written["error"]["message"]


def test_a_dry_run_checks_and_writes_nothing(with_customer):
    written = with_customer.write(invoice(), dry_run=True)[0]
    refused = with_customer.write(invoice(expect={"total": "1.00"}), dry_run=True)[0]

    assert (written["status"], written["warnings"]) == ("created", [{"code": "LAGO_DRY_RUN"}])
    assert "internalId" not in written
    assert refused["error"]["code"] == "LAGO_TOTAL_MISMATCH"
    assert with_customer.account.records("invoice") == []


def test_a_dry_run_says_what_it_could_not_check(netsuite):
    _, written = netsuite.write(customer(), invoice(), dry_run=True)

    assert written["status"] == "created"
    assert [warning["code"] for warning in written["warnings"]] == ["LAGO_DRY_RUN", "LAGO_NOT_CHECKED"]


def test_items_beyond_the_units_are_skipped(netsuite):
    """Row 18: the script stops by itself while enough units are left."""
    response = netsuite.response(customer(), invoice(), min_units=4990)

    assert [item["status"] for item in response["items"]] == ["created", "skipped"]
    assert response["script"]["units_used"] == 5000 - response["script"]["units_left"]


def test_items_beyond_the_deadline_are_skipped(netsuite):
    assert [item["status"] for item in netsuite.write(customer(), soft_deadline_s=-1)] == ["skipped"]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (invoice(mode="upsert"), "LAGO_MODE_NOT_SUPPORTED"),
        (invoice(mode="toString"), "LAGO_MODE_NOT_SUPPORTED"),
        (invoice(record={"type": "journalentry"}), "LAGO_TYPE_NOT_SUPPORTED"),
        (invoice(record={"type": "constructor"}), "LAGO_TYPE_NOT_SUPPORTED"),
        (invoice(record=None), "LAGO_BAD_ITEM"),
        (invoice(external_id=""), "LAGO_BAD_ITEM"),
        (invoice(columns={"trandate": "8/1/2026"}), "INVALID_FLD_VALUE"),
        (invoice(columns={"trandate": "2026-02-30"}), "INVALID_FLD_VALUE"),
        (invoice(lines=[fee(rate="2,5")]), "INVALID_FLD_VALUE"),
        (invoice(lines=[fee(rate="0.1234567890123456789")]), "INVALID_FLD_VALUE"),
    ],
)
def test_an_unusable_item_fails_alone(with_customer, item, code):
    """Other items of the call are written."""
    refused, written = with_customer.write(item, invoice(external_id="lago-inv-2", lago_id="2"))

    assert (refused["status"], refused["error"]["code"]) == ("error", code)
    assert written["status"] == "created"


@pytest.mark.parametrize(
    ("currency", "amount", "expected"),
    [
        ("2", "10.00", "10.00"),
        ("4", "1080", "1080"),
        ("5", "396.09", "396.09"),
        ("6", "5000.00", "5000.00"),
    ],
)
def test_totals_carry_the_decimals_of_the_currency(netsuite, currency, amount, expected):
    """Row 41: EUR 2, JPY 0, KWD 2, HUF 2."""
    item = untaxed(
        line={"rate": amount, "amount": amount}, columns={"currency": currency}, expect={"total": amount}
    )

    _, written = netsuite.write(customer(columns={"currency": currency}), item)

    assert written["totals"]["total"] == expected


def test_row_105_a_third_decimal_is_lost_and_so_refused(netsuite):
    """KWD has two decimals in NetSuite: an amount that needs the third is not booked as another."""
    item = untaxed(
        line={"rate": "396.094", "amount": "396.094"}, columns={"currency": "5"}, expect={"total": "396.094"}
    )

    _, refused = netsuite.write(customer(columns={"currency": "5"}), item)

    assert refused["error"]["code"] == "LAGO_CURRENCY_PRECISION"
    assert netsuite.account.records("invoice") == []


def test_a_line_knows_its_place_in_an_error(with_customer):
    """Row 43: the item is unknown; field and line say where."""
    error = with_customer.write(invoice(lines=[fee(), coupon(item="99")]))[0]["error"]

    assert (error["code"], error["class"]) == ("INVALID_KEY_OR_REF", "invalid_reference")
    assert (error["field"], error["line"]) == ("item", 1)
    assert error["message"] == "Invalid item reference key 99."


def test_a_tax_line_for_nothing_is_refused(with_customer):
    """Row 75."""
    error = with_customer.write(invoice(taxes=[tax("nobody", "85.33")], expect={}))[0]["error"]

    assert error["code"] == "USER_ERROR"
    assert with_customer.account.records("invoice") == []


def test_fees_without_own_reference_get_one(with_customer):
    """FEE_ID is only a text that joins the line to its tax."""
    with_customer.write(untaxed(line={"taxdetailsreference": None}))

    assert with_customer.one("invoice")["lines"][0]["taxdetailsreference"] != FEE_ID


@pytest.mark.parametrize("mode", ["create_or_get", "upsert", "adopt"])
@pytest.mark.parametrize(
    "field", ["creditlimit", "isinactive", "creditholdoverride", "giveaccess", "password"]
)
def test_a_token_for_the_script_changes_no_other_field_of_a_customer(with_customer, field, mode):
    before = with_customer.one("customer")
    item = customer(mode=mode, columns={field: "1"}, version="2027-01-01T00:00:00Z", fingerprint="sha256:x")
    (answer,) = with_customer.write(item | {"internal_id": before["id"]})

    error = answer["error"]
    assert (error["code"], error["class"], error["field"]) == ("LAGO_FIELD_NOT_ALLOWED", "config", field)
    assert with_customer.one("customer") == before


def test_terms_that_people_gave_a_customer_stay(with_customer):
    before = with_customer.one("customer")
    item = customer(
        mode="upsert", columns={"terms": "1"}, version="2027-01-01T00:00:00Z", fingerprint="sha256:x"
    )
    (answer,) = with_customer.write(item)

    assert answer["status"] == "updated"
    assert with_customer.one("customer").get("terms") == before.get("terms")
