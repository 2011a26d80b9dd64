"""The unmodified RESTlet and customers that are leads or prospects in NetSuite."""

from __future__ import annotations

import json

import pytest

from consumer.sandbox.netsuite.profile import Profile
from tests.support.restlet import CUSTOMER_ID, NetSuite, customer, untaxed
from tests.support.restlet_documents import plain_invoice

EXTERNAL_ID = f"lago-cus-{CUSTOMER_ID}"
STAGES = pytest.mark.parametrize("stage", ["lead", "prospect"])


def account_with(stage, *, external_id=EXTERNAL_ID, is_loaded_as_customer=False):
    """An account in which the company is already a lead or prospect."""
    switches = Profile.load().switches.model_copy(update={"lead_as_customer": is_loaded_as_customer})
    netsuite = NetSuite(switches=switches)
    number = netsuite.run(f"""
      const lead = record.create({{type: '{stage}', isDynamic: true}});
      const values = {{isperson: 'F', subsidiary: '1', currency: '2', autoname: false, entityid: 'Raviga',
        companyname: 'Raviga', externalid: '{external_id}'}};
      Object.keys(values).forEach((fieldId) => lead.setValue({{fieldId, value: values[fieldId]}}));
      return lead.save();
    """)
    return netsuite, str(number)


@STAGES
@pytest.mark.parametrize("is_loaded_as_customer", [True, False])
def test_row_106_a_lead_with_our_external_id_is_the_customer(stage, is_loaded_as_customer):
    """Whether NetSuite loads it as a customer or only as what it is."""
    netsuite, number = account_with(stage, is_loaded_as_customer=is_loaded_as_customer)

    written = netsuite.write(customer(mode="upsert"), untaxed())

    assert [item["status"] for item in written] == ["updated", "created"], written
    assert (written[0]["type"], written[0]["internalId"]) == ("customer", number)
    assert netsuite.one("invoice")["entity"] == number


@STAGES
def test_row_106_a_lead_is_linked_by_its_internal_id(stage):
    netsuite, number = account_with(stage, external_id="crm-77")

    linked = netsuite.write(customer(mode="adopt", internal_id=number))[0]

    assert (linked["status"], linked["externalId"]) == ("adopted", "crm-77")
    assert netsuite.one(stage)["custentity_lago_id"] == CUSTOMER_ID


@STAGES
def test_row_106_a_lead_is_given_the_currency_it_lacks(stage):
    netsuite, _ = account_with(stage)

    written = netsuite.write(customer(), plain_invoice("10.00", columns={"currency": "3"}))

    assert written[1]["status"] == "created", written
    assert [warning["code"] for warning in written[1]["warnings"]] == ["LAGO_CURRENCY_ADDED"]


@STAGES
def test_row_106_a_search_answers_a_lead_as_what_it_is_and_a_look_up_as_a_customer(stage):
    netsuite, number = account_with(stage)
    asked = {"v": 1, "op": "lookup", "request_id": "r", "items": [{"ref": "1", "external_id": EXTERNAL_ID}]}

    types = netsuite.run("""
      const found = search.create({type: 'customer', filters: [], columns: ['entityid']}).run();
      return found.getRange({start: 0, end: 5}).map((row) => row.recordType);
    """)
    (found,) = json.loads(netsuite.call(asked).body)["items"]

    assert types == [stage]
    assert (found["status"], found["type"], found["internalId"]) == ("exists", "customer", number)


def test_row_106_a_lead_is_not_loaded_as_a_customer_unless_the_account_does():
    netsuite, number = account_with("lead")

    refused = netsuite.run(f"return record.load({{type: 'customer', id: {number}}}).id;")

    assert refused["name"] == "SSS_RECORD_TYPE_MISMATCH"
