"""The unmodified RESTlet on the emulated account: customers that are older in NetSuite than in Lago."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.sandbox.netsuite.profile import Profile
from tests.support.restlet import CUSTOMER_ID, INVOICE_ID, NetSuite, codes, customer, invoice, stale_once
from tests.support.restlet_documents import payment

OURS = f"lago-cus-{CUSTOMER_ID}"
EXISTING_CUSTOMER = {
    "entityid": "Raviga",
    "companyname": "Raviga (old)",
    "isperson": "F",
    "subsidiary": "1",
    "currency": "2",
}


def standing(netsuite: NetSuite, **fields: Any) -> str:
    """The id of a customer that a user created in NetSuite."""
    saved = netsuite.account.books.insert("entity", "customer", EXISTING_CUSTOMER | fields, {})
    return str(saved.id)


def link(number: str, **changes: Any) -> dict[str, Any]:
    return customer(**({"mode": "adopt", "internal_id": number} | changes))


def kept(netsuite: NetSuite, number: str) -> dict[str, Any]:
    return next(one for one in netsuite.account.records("customer") if one["id"] == number)


@pytest.fixture
def netsuite():
    return NetSuite()


def test_a_linked_customer_is_marked_and_brought_up_to_date(netsuite):
    number = standing(netsuite)

    written = netsuite.write(link(number))[0]

    record = kept(netsuite, number)
    assert (written["status"], written["internalId"], written["externalId"]) == ("adopted", number, OURS)
    assert (record["custentity_lago_id"], record["externalid"]) == (CUSTOMER_ID, OURS)
    assert (record["companyname"], record["email"]) == ("Raviga Analytics GmbH", "ap@raviga.example")
    assert record["custentity_lago_version"] == "2026-08-01T00:04:11Z"


def test_a_link_is_made_once(netsuite):
    number = standing(netsuite)

    statuses = [netsuite.write(link(number))[0]["status"] for _ in range(3)]

    assert statuses == ["adopted", "exists", "exists"]


def test_a_newer_version_reaches_a_linked_customer(netsuite):
    number = standing(netsuite)
    netsuite.write(link(number))

    newer = {"version": "2026-08-02T00:00:00Z", "fingerprint": "sha256:2", "columns": {"phone": "5550199"}}
    written = netsuite.write(link(number, **newer))[0]

    assert written["status"] == "updated"
    assert kept(netsuite, number)["phone"] == "5550199"


def test_an_older_version_does_not(netsuite):
    number = standing(netsuite)
    netsuite.write(link(number))

    older = {"version": "2026-07-01T00:00:00Z", "fingerprint": "sha256:0", "columns": {"phone": "5550199"}}

    assert netsuite.write(link(number, **older))[0]["status"] == "exists"
    assert kept(netsuite, number)["phone"] == "+49 30 5550100"


def test_a_foreign_external_id_is_kept(netsuite):
    """Only one application may own a record's external id; documents find the customer by Lago's id."""
    number = standing(netsuite, externalid="crm-77")

    adopted, bill = netsuite.write(link(number), invoice())
    paid = netsuite.write(payment())[0]

    assert (adopted["status"], adopted["externalId"]) == ("adopted", "crm-77")
    assert kept(netsuite, number)["externalid"] == "crm-77"
    assert (bill["status"], paid["status"]) == ("created", "created")
    assert netsuite.one("invoice")["entity"] == number


def test_an_external_id_that_was_taken_away_is_put_back_quietly(netsuite):
    number = standing(netsuite)
    netsuite.write(link(number))
    netsuite.run(f"record.submitFields({{type: 'customer', id: {number}, values: {{externalid: ''}}}});")

    assert netsuite.write(link(number))[0]["status"] == "exists"
    assert kept(netsuite, number)["externalid"] == OURS


def test_what_cannot_change_is_named():
    """The subsidiary of a customer that can have only one."""
    netsuite = NetSuite(features=Profile.load().features - {"MULTISUBSIDIARYCUSTOMER"})
    number = standing(netsuite, subsidiary="4")

    written = netsuite.write(link(number))[0]

    assert {"code": "LAGO_FIELD_FIXED", "field": "subsidiary"} in written["warnings"]
    assert kept(netsuite, number)["subsidiary"] == "4"


@pytest.mark.parametrize("number", ["77", "none"])
def test_a_link_to_nothing_is_refused(netsuite, number):
    error = netsuite.write(link(number))[0]["error"]

    assert (error["code"], error["class"], error["retryable"]) == ("LAGO_LINK_NOT_FOUND", "config", False)
    assert number in error["message"]
    assert netsuite.account.records("customer") == []


def test_a_link_to_an_inactive_customer_is_refused(netsuite):
    number = standing(netsuite, isinactive=True)

    error = netsuite.write(link(number))[0]["error"]

    assert error["code"] == "LAGO_CUSTOMER_INACTIVE"
    assert "is inactive" in error["message"]


def test_a_link_to_what_is_no_customer_is_refused(netsuite):
    saved = netsuite.account.books.insert("entity", "vendor", {"entityid": "v"}, {})

    assert netsuite.write(link(str(saved.id)))[0]["error"]["code"] == "LAGO_LINK_NOT_FOUND"


def test_a_customer_that_another_lago_customer_has_is_refused(netsuite):
    number = standing(netsuite, custentity_lago_id="someone-else")

    error = netsuite.write(link(number))[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_LINK_TAKEN", "config")
    assert "someone-else" in error["message"]
    assert kept(netsuite, number)["companyname"] == "Raviga (old)"


def test_an_adoption_without_an_internal_id_is_no_item(netsuite):
    item = customer(mode="adopt")

    assert netsuite.write(item)[0]["error"]["code"] == "LAGO_BAD_ITEM"


def test_a_link_that_moves_leaves_the_customer_that_had_it(netsuite):
    """The connector created one; then a user linked the right one."""
    netsuite.write(customer(columns={"entityid": "made-by-us"}))
    number = standing(netsuite)

    written = netsuite.write(link(number))[0]

    old = kept(netsuite, "501")
    assert written["status"] == "adopted"
    assert written["warnings"] == [{"code": "LAGO_LINK_MOVED", "message": "from NetSuite customer 501"}]
    assert {"externalid", "custentity_lago_id", "custentity_lago_fingerprint"} & old.keys() == set()
    assert kept(netsuite, number)["externalid"] == OURS


def test_a_link_that_moves_leaves_foreign_external_ids_alone(netsuite):
    first, second = standing(netsuite, externalid="crm-1"), standing(netsuite, entityid="Raviga 2")
    netsuite.write(link(first))

    netsuite.write(link(second, columns={"entityid": "cus_2"}))

    old = kept(netsuite, first)
    assert (old["externalid"], "custentity_lago_id" in old) == ("crm-1", False)
    assert kept(netsuite, second)["custentity_lago_id"] == CUSTOMER_ID


def test_a_link_that_moves_back_brings_the_customer_up_to_date_again(netsuite):
    """The marks were removed, so the old fingerprint does not prevent the update."""
    first, second = standing(netsuite), standing(netsuite, entityid="Raviga 2")
    netsuite.write(link(first))
    netsuite.write(link(second, columns={"entityid": "cus_2"}))

    assert netsuite.write(link(first))[0]["status"] == "adopted"


def test_a_linked_customer_changed_meanwhile_is_loaded_again(netsuite, monkeypatch):
    """Row 32."""
    number = standing(netsuite)
    stale_once(monkeypatch)

    assert netsuite.write(link(number))[0]["status"] == "adopted"


def test_a_dry_run_marks_nobody(netsuite):
    netsuite.write(customer(columns={"entityid": "made-by-us"}))
    number = standing(netsuite)

    written = netsuite.write(link(number), dry_run=True)[0]

    assert codes(written) == ["LAGO_DRY_RUN"]
    assert "custentity_lago_id" not in kept(netsuite, number)
    assert kept(netsuite, "501")["externalid"] == OURS


def test_a_document_may_name_the_linked_customer_by_its_internal_id(netsuite):
    number = standing(netsuite)

    _, bill = netsuite.write(link(number), invoice(columns={"entity": {"internalId": number}}))

    assert bill["status"] == "created"
    assert netsuite.one("invoice")["custbody_lago_id"] == INVOICE_ID


def suffixing(item: dict[str, Any]) -> dict[str, Any]:
    item["record"]["options"]["entityIdClash"] = "suffix"
    return item


def test_a_name_that_is_taken_gets_a_suffix_where_that_is_wanted(netsuite):
    standing(netsuite, entityid="cus_7f21c0")

    written = netsuite.write(suffixing(customer()))[0]

    assert (written["status"], written["number"]) == ("created", "cus_7f21c0 (9a1b6f0c)")
    assert codes(written) == ["LAGO_ENTITY_ID_SUFFIXED"]


def test_a_long_name_is_cut_for_its_suffix(netsuite):
    """Row 49: 83 characters are all there is."""
    name = "x" * 83
    standing(netsuite, entityid=name)

    written = netsuite.write(suffixing(customer(columns={"entityid": name})))[0]

    assert written["number"] == "x" * 72 + " (9a1b6f0c)"


def test_a_name_with_a_suffix_stays_as_it_is(netsuite):
    """A later version does not try the taken name again."""
    standing(netsuite, entityid="cus_7f21c0")
    netsuite.write(suffixing(customer()))

    newer = customer(mode="upsert", version="2026-08-02T00:00:00Z", fingerprint="sha256:2")
    written = netsuite.write(suffixing(newer))[0]

    assert (written["status"], written["number"], codes(written)) == ("updated", "cus_7f21c0 (9a1b6f0c)", [])


def test_a_later_name_that_is_taken_gets_a_suffix_too(netsuite):
    netsuite.write(suffixing(customer()))
    standing(netsuite, entityid="taken")

    newer = {"version": "2026-08-02T00:00:00Z", "fingerprint": "sha256:2", "columns": {"entityid": "taken"}}
    written = netsuite.write(suffixing(customer(mode="upsert", **newer)))[0]

    assert (written["status"], written["number"]) == ("updated", "taken (9a1b6f0c)")


def test_a_name_whose_suffixed_form_is_taken_too_is_a_duplicate(netsuite):
    standing(netsuite, entityid="cus_7f21c0")
    standing(netsuite, entityid="cus_7f21c0 (9a1b6f0c)")

    error = netsuite.write(suffixing(customer()))[0]["error"]

    assert (error["code"], error["class"]) == ("UNIQUE_CUST_ID_REQD", "duplicate")


def test_a_role_that_may_not_see_customers_is_told(netsuite):
    """Row 84: which says nothing of the link."""
    number = standing(netsuite)
    netsuite.reopen(permissions={"LIST_CUSTJOB": 0})

    error = netsuite.write(link(number))[0]["error"]

    assert (error["code"], error["class"]) == ("INSUFFICIENT_PERMISSION", "permission")
