"""A customer that Lago has linked to one of NetSuite's is that one, and no second comes into being."""

import pytest

from tests.support import lago
from tests.support.connection_files import connection
from tests.support.mapping_results import columns, document, ignored, items, mapped

LINK = lago.link("netsuite-eu", external_customer_id="4711", subsidiary_id="9")


def customer_event(*links, **changes):
    return lago.customer_event(integration_customers=list(links), **changes)


def test_a_linked_customer_is_adopted_with_all_that_lago_knows_of_it():
    """So that changes reach it, and NetSuite itself keeps the link."""
    [item] = items(customer_event(LINK))

    assert (item["mode"], item["internal_id"]) == ("adopt", "4711")
    assert item["external_id"] == f"lago-cus-{lago.CUSTOMER_ID}"
    assert item["record"]["columns"]["companyname"] == lago.customer()["name"]
    assert item["record"]["columns"]["subsidiary"] == "9"


def test_the_internal_id_stands_beside_the_external_id():
    """The order of the contract is part of the bytes."""
    [item] = items(customer_event(LINK))

    assert list(item)[:5] == ["ref", "mode", "external_id", "internal_id", "lago_id"]


@pytest.mark.parametrize(
    "links",
    [
        (),
        (lago.link("netsuite-eu", external_customer_id=None, sync_with_provider=True),),
        (lago.link("netsuite-eu", external_customer_id=" "),),
        (lago.link("netsuite-eu", type="xero", external_customer_id="4711"),),
    ],
)
def test_without_an_id_of_netsuites_there_is_no_link(links):
    """Lago keeps one without an id while it means to create the customer itself."""
    [item] = items(customer_event(*links))

    assert item["mode"] == "upsert"
    assert "internal_id" not in item


def test_a_link_of_another_system_gives_no_subsidiary():
    """Only NetSuite's has one, whatever the codes are."""
    [item] = items(customer_event(lago.link("netsuite-eu", type="xero", subsidiary_id="9")))

    assert item["record"]["columns"]["subsidiary"] == "1"


def test_the_documents_of_a_linked_customer_refer_to_it_and_do_not_create_it():
    """By the internal id, with Lago's own, so that the script refuses a record of another Lago customer."""
    value = lago.invoice_event(customer=lago.customer(integration_customers=[LINK]))

    assert columns(value)["entity"] == {"internalId": "4711", "lagoId": lago.CUSTOMER_ID}
    assert len(items(value)) == 1


def test_the_decisions_name_the_link():
    """It is the one choice that no setting explains."""
    decision = next(each for each in mapped(customer_event(LINK)).decisions if each.subject == "customer")

    assert decision.choice == "adopts internal id 4711"
    assert decision.rule == "event.integration_customers.external_customer_id"


def test_adopting_another_record_is_another_request():
    """Although the customer itself has not changed."""
    other = lago.link("netsuite-eu", external_customer_id="4712", subsidiary_id="9")

    assert mapped(customer_event(LINK)).request.request_id != mapped(customer_event(other)).request.request_id


@pytest.mark.parametrize("links", [(), (LINK,)])
def test_partners_are_never_customers(links):
    """Lago does not link them either."""
    assert ignored(customer_event(*links, account_type="partner")) == "partner"


def test_an_entity_id_that_is_taken_is_refused_unless_told_otherwise():
    """NetSuite says who holds it."""
    assert document(lago.customer_event())["record"]["options"] == {"ignoreMandatoryFields": False}


@pytest.mark.parametrize("value", [lago.customer_event(), lago.invoice_event()])
def test_an_entity_id_that_is_taken_may_get_a_suffix(value):
    """On the customer item, whichever event brings it."""
    customer, *documents = items(value, connection(customers={"on_entity_id_clash": "suffix"}))

    assert customer["record"]["options"] == {"ignoreMandatoryFields": False, "entityIdClash": "suffix"}
    assert all("entityIdClash" not in each["record"]["options"] for each in documents)
