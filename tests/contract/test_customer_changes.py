"""From Lago's webhooks to the books: customers that move, gain currencies, are deleted or linked anew."""

from __future__ import annotations

import pytest

from consumer.sandbox.lago import billing, crediting, settlement
from consumer.sandbox.lago import customers as lago_customers
from consumer.sandbox.lago.notation import body
from consumer.sandbox.netsuite.profile import Profile
from tests.support.lago_to_netsuite import LagoToNetSuite

USAGE = [{"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100"}]
ONE_OF_EACH = Profile.load().features - {"MULTISUBSIDIARYCUSTOMER", "MULTICURRENCYCUSTOMER"}


@pytest.fixture
def way():
    made = LagoToNetSuite()
    yield made
    made.close()


def customer(way, external_id="acme", **changes):
    """Lago's customer, new or changed."""
    way.clock.advance(60)
    return way.lago.upsert_customer(external_id, **changes)


def link(way, external_id, number):
    """A person links the customer in Lago to a NetSuite customer; None takes the link away."""
    found = way.lago.customer_of(external_id)
    links = [lago_customers.link(external_customer_id=number, subsidiary_id=None)] if number else []
    way.lago.link(found["lago_id"], links)
    return customer(way, external_id)


def invoice(way, external_id="acme", **changes):
    return billing.bill(way.lago, external_id, USAGE, **changes)


def standing(way, name):
    """The internal id of a customer that a person made in NetSuite."""
    fields = {"entityid": name, "companyname": name, "isperson": "F", "subsidiary": "1", "currency": "2"}
    return str(way.account.books.insert("entity", "customer", fields, {}).id)


def owners(way):
    """Whose every NetSuite customer is, by its name."""
    return {one["entityid"]: one.get("custentity_lago_id") for one in way.records("customer")}


# Moves between billing entities, and currencies.


async def test_a_customer_that_moves_to_another_billing_entity_gets_its_subsidiary(way):
    """Before its first document there; it stays one customer, and its old invoices stay where they are."""
    customer(way)
    invoice(way)
    await way.carry()
    customer(way, billing_entity_code="acme-fr", name="Nordlicht France")
    moved = await way.carry()
    invoice(way, billing_entity_code="acme-fr")
    billed = await way.carry()

    [one] = way.records("customer")
    [related] = way.records("customersubsidiaryrelationship")
    assert "LAGO_SUBSIDIARY_ADDED" in str(moved.warnings)
    assert "LAGO_FIELD_FIXED" not in str(moved.warnings)
    assert (one["subsidiary"], one["companyname"]) == ("1", "Nordlicht France")
    assert (related["entity"], related["subsidiary"]) == (one["id"], "4")
    assert "LAGO_SUBSIDIARY_ADDED" not in str(billed.warnings)
    assert [each["subsidiary"] for each in way.records("invoice")] == ["1", "4"]


async def test_a_customer_that_moves_back_is_as_before(way):
    """Both subsidiaries are there, so nothing is added and nothing is to be warned of."""
    customer(way)
    await way.carry()
    customer(way, billing_entity_code="acme-fr")
    await way.carry()
    customer(way, billing_entity_code="acme-eu")
    await way.carry()
    customer(way, billing_entity_code="acme-fr", phone="+33 1 5550111")
    again = await way.carry()

    assert again.warnings == []
    assert len(way.records("customersubsidiaryrelationship")) == 1


async def test_a_new_currency_of_lagos_customer_is_added_to_netsuites(way):
    """The primary one stays, since NetSuite never changes it once there are transactions."""
    customer(way, currency="EUR")
    invoice(way)
    await way.carry()
    customer(way, currency="USD")
    changed = await way.carry()
    invoice(way, currency="USD")
    billed = await way.carry()

    [one] = way.records("customer")
    assert "LAGO_CURRENCY_ADDED" in str(changed.warnings)
    assert (one["currency"], one["currencies"]) == ("2", [{"currency": "1"}])
    assert "LAGO_CURRENCY_ADDED" not in str(billed.warnings)
    assert len(way.records("invoice")) == 2


async def test_where_customers_have_one_of_each_the_change_is_kept_apart_from_the_rest():
    """Name and address are brought; what cannot change is warned of, and the document says what to do."""
    way = LagoToNetSuite(Profile.load().model_copy(update={"features": ONE_OF_EACH}))
    customer(way)
    await way.carry()
    customer(way, billing_entity_code="acme-fr", currency="USD", name="Nordlicht France")
    changed = await way.carry()
    invoice(way, billing_entity_code="acme-fr", currency="EUR")
    billed = await way.carry()

    [one] = way.records("customer")
    assert (one["companyname"], one["subsidiary"]) == ("Nordlicht France", "1")
    assert [each for each in changed.warnings if "LAGO_FIELD_FIXED" in each]
    assert [each.code for each in billed.rejections] == ["customer_not_in_subsidiary"]
    way.close()


# Deletions.


async def test_a_deleted_customer_stays_in_netsuite(way):
    """No webhook of Lago's tells it; one of another producer is ignored by name."""
    made = customer(way)
    invoice(way)
    await way.carry()
    way.lago.delete_customer("acme")
    event = {
        "webhook_type": "customer.deleted", "object_type": "customer",
        "organization_id": way.lago.lago_id, "customer": made,
    }  # fmt: skip
    carried = await way.carry(body(event))

    assert carried.rules == ["customer_deleted"]
    assert len(way.records("customer")) == len(way.records("invoice")) == 1


async def test_whoever_takes_the_external_id_of_a_deleted_customer_is_another_customer(way):
    """The name is taken; the refusal names both Lago customers and NetSuite's, and nothing is written."""
    before = customer(way)
    await way.carry()
    way.lago.delete_customer("acme")
    after = customer(way)
    carried = await way.carry()

    [rejected] = carried.rejections
    [kept] = way.records("customer")
    assert all(each in rejected.message for each in (before["lago_id"], after["lago_id"], kept["id"]))
    assert owners(way) == {"acme": before["lago_id"]}


# Links.


async def test_two_lago_customers_on_one_netsuite_customer_are_refused_by_name(way):
    """Whichever event brings the link: both Lago customers and NetSuite's are named, no third is made."""
    number = standing(way, "Hooli")
    first, second = customer(way, "hooli-eu"), customer(way, "hooli-us")
    link(way, "hooli-eu", number)
    link(way, "hooli-us", number)
    invoice(way, "hooli-eu")
    await way.carry()
    invoice(way, "hooli-us")
    carried = await way.carry()

    [rejected] = carried.rejections
    assert rejected.code == "link_taken"
    assert all(each in rejected.message for each in (first["lago_id"], second["lago_id"], f"({number})"))
    assert "NetSuite customer of its own" in rejected.hint
    assert set(owners(way).values()) == {first["lago_id"]}
    assert len(way.records("invoice")) == 1


@pytest.mark.parametrize("what", ["customer", "invoice", "credit_note", "payment"])
async def test_every_kind_of_event_of_the_second_customer_is_refused(way, what):
    """None is booked on the first one's account."""
    number = standing(way, "Hooli")
    customer(way, "hooli-eu"), customer(way, "hooli-us")
    link(way, "hooli-eu", number)
    billed = invoice(way, "hooli-us")
    await way.carry()
    link(way, "hooli-us", number)
    way.lago.outbox.clear()
    match what:
        case "customer":
            customer(way, "hooli-us", name="Hooli US")
        case "invoice":
            invoice(way, "hooli-us")
        case "credit_note":
            crediting.credit(way.lago, billed["lago_id"])
        case _:
            settlement.pay(way.lago, [billed["lago_id"]], how="settled_later")
            del way.lago.outbox[1:]
    before = {
        kind: len(way.records(kind)) for kind in ("customer", "invoice", "creditmemo", "customerpayment")
    }

    carried = await way.carry()

    assert [each.code for each in carried.rejections] == ["link_taken"]
    assert {kind: len(way.records(kind)) for kind in before} == before


async def test_a_link_that_moves_takes_later_documents_along(way):
    """What was booked before stays where it is; there are two NetSuite customers and no third."""
    old, new = standing(way, "Raviga (old)"), standing(way, "Raviga")
    made = customer(way, "hooli")
    link(way, "hooli", old)
    invoice(way, "hooli")
    await way.carry()
    link(way, "hooli", new)
    moved = await way.carry()
    invoice(way, "hooli")
    await way.carry()

    assert "LAGO_LINK_MOVED" in str(moved.warnings)
    assert [each for each in moved.warnings if "LAGO_FIELD_FIXED entityid" in each]
    assert [each["entity"] for each in way.records("invoice")] == [old, new]
    assert owners(way) == {"hooli": None, "Raviga": made["lago_id"]}


async def test_without_its_link_a_customer_keeps_its_record(way):
    """NetSuite itself has the link."""
    number = standing(way, "Hooli")
    customer(way, "hooli")
    link(way, "hooli", number)
    await way.carry()
    link(way, "hooli", None)
    invoice(way, "hooli")
    await way.carry()

    assert [each["entity"] for each in way.records("invoice")] == [number]
    assert len(way.records("customer")) == 1


async def test_a_customer_that_is_gone_gives_its_record_to_another_when_a_person_empties_its_lago_id(way):
    """As the refusal says; the external id of the first one goes too, so that none finds it by that."""
    number = standing(way, "Hooli")
    customer(way, "hooli-old")
    link(way, "hooli-old", number)
    await way.carry()
    way.lago.delete_customer("hooli-old")
    heir = customer(way, "hooli-new")
    link(way, "hooli-new", number)
    [refused, *_] = (await way.carry()).rejections
    [saved] = way.account.books.find(group="entity", record_type="customer")
    saved.fields["custentity_lago_id"] = ""
    way.account.books.replace(saved)
    customer(way, "hooli-new")
    invoice(way, "hooli-new")
    carried = await way.carry()

    [one] = way.records("customer")
    assert "empty the field Lago ID" in refused.hint
    assert carried.rejections == []
    assert (one["custentity_lago_id"], one["externalid"]) == (heir["lago_id"], f"lago-cus-{heir['lago_id']}")
    assert way.records("invoice")[0]["entity"] == number
