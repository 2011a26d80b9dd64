"""Lago's customer as NetSuite's, company or individual, within NetSuite's limits."""

import pytest

from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.mapping_results import columns, document, items, mapped


def created(**changes):
    return columns(lago.customer_event("customer.created", **changes))


def book(**changes):
    """The lines of the address book, as (billing, shipping, address)."""
    record = document(lago.customer_event(**changes))["record"]
    found = record["lines"][0]["lineItems"] if "lines" in record else []
    return [(line["defaultbilling"], line["defaultshipping"], line["subObject"]) for line in found]


BILLING = {
    "country": "DE",
    "addr1": "Torstraße 140",
    "addr2": "2. Hinterhof",
    "city": "Berlin",
    "state": "Berlin",
    "zip": "10119",
}


def test_a_company_is_named_by_its_name():
    """Field by field as Lago's own payload, with flags that are flags."""
    found = created()

    assert found == {
        "isperson": False,
        "subsidiary": "1",
        "currency": "2",
        "custentity_lago_id": lago.CUSTOMER_ID,
        "custentity_lago_customer_link": f"{lago.CUSTOMER_FACING_URL}/customer/{lago.CUSTOMER_ID}",
        "email": "ap@nordlicht.example",
        "phone": "+49 30 5550111",
        "entityid": "cus_7f21c0",
        "autoname": False,
        "companyname": "Nordlicht Analytik GmbH",
    }


def test_an_individual_is_named_by_first_and_last_name():
    """The company name goes along only when there is one."""
    alone = columns(lago.body(lago.event("customer.created", lago.individual())))
    employed = columns(lago.body(lago.event("customer.created", lago.individual(name="Weiss & Co"))))

    assert (alone["isperson"], alone["firstname"], alone["lastname"]) == (True, "Ada", "Weiss")
    assert "companyname" not in alone
    assert employed["companyname"] == "Weiss & Co"


def test_a_company_has_no_first_name():
    """NetSuite would refuse a company with one."""
    found = created(firstname="Ada", lastname="Weiss")

    assert not {"firstname", "lastname"} & found.keys()


@pytest.mark.parametrize("unknown", [None, "cooperative"])
def test_a_customer_of_no_known_type_is_a_company(unknown):
    """As Lago treats it."""
    assert created(customer_type=unknown)["isperson"] is False


def test_what_is_too_long_for_netsuite_is_cut():
    """By characters, not bytes; NetSuite would refuse the whole customer."""
    long = "ü" * 300
    person = columns(
        lago.body(lago.event("customer.created", lago.individual(firstname=long, lastname=long)))
    )
    company = created(name=long, phone="1" * 50)

    assert (len(person["firstname"]), len(person["lastname"])) == (30, 30)
    assert (len(company["companyname"]), len(company["phone"])) == (83, 32)
    [(_, _, address)] = book(**lago.address(address_line1=long, address_line2=long, city=long, state=long))
    assert [len(address[part]) for part in ("addr1", "addr2", "city", "state")] == [150, 150, 50, 30]


@pytest.mark.parametrize(
    ("several", "first"),
    [
        ("a@x.example", "a@x.example"),
        (" a@x.example , b@x.example", "a@x.example"),
        (",b@x.example", None),
        (" , ", None),
        (None, None),
    ],
)
def test_the_first_of_several_addresses_is_taken(several, first):
    """NetSuite has one e-mail address and one phone number."""
    number = {"a@x.example": "+49 30 5550111", None: None}
    phones = several.replace("a@x.example", number["a@x.example"]) if several else several

    found = created(email=several, phone=phones)

    assert (found.get("email"), found.get("phone")) == (first, number[first])


def test_what_lago_does_not_know_is_left_alone():
    """No nulls that would empty a field in NetSuite."""
    bare = {"email": None, "phone": None, "external_salesforce_id": None, "currency": None}

    found = created(**bare)

    assert None not in found.values()
    assert not {"email", "phone", "custentity_lago_sf_id", "currency"} & found.keys()


def test_salesforces_id_goes_along():
    """It joins the two systems."""
    assert (
        created(external_salesforce_id="0015g00000QXy1AAAT")["custentity_lago_sf_id"] == "0015g00000QXy1AAAT"
    )


def test_one_address_serves_for_both_when_no_other_is_given():
    """Lago always sends the shipping object, empty or not."""
    assert book() == [(True, True, BILLING)]
    assert book(shipping_address=None) == [(True, True, BILLING)]
    assert book(shipping_address=lago.address()) == [(True, True, BILLING)]


def test_two_addresses_are_two_lines():
    """Billing first."""
    found = book(shipping_address=lago.address(city="Potsdam"))

    assert found == [(True, False, BILLING), (False, True, BILLING | {"city": "Potsdam"})]


def test_a_shipping_address_alone_is_one_line():
    """Lago's own payload adds an empty billing address, which NetSuite refuses."""
    found = book(**lago.no_address(), shipping_address=lago.address())

    assert found == [(False, True, BILLING)]


def test_no_address_is_no_address_book():
    """An empty sublist would be an error."""
    assert book(**lago.no_address()) == []
    assert "lines" not in document(lago.customer_event(**lago.no_address()))["record"]


def test_the_country_comes_first():
    """NetSuite's choice of states depends on it, and fields are set in order."""
    [(_, _, address)] = book()

    assert next(iter(address)) == "country"


def test_accounts_that_number_their_customers_keep_doing_so():
    """``entity_id: auto`` leaves the number to NetSuite."""
    found = columns(lago.customer_event(), connection(customers={"entity_id": "auto"}))

    assert not {"entityid", "autoname"} & found.keys()


def test_without_an_address_of_lago_there_is_no_link():
    """Front URL and slug are not in the event."""
    nowhere = connection(lago={"front_url": None})
    unnamed = connection(lago={"organization_slug": None})

    assert "custentity_lago_customer_link" not in columns(lago.customer_event(), nowhere)
    assert "custentity_lago_customer_link" not in columns(lago.customer_event(), unnamed)


def test_the_subsidiary_is_the_links_else_the_billing_entitys_else_the_connections():
    """The nearer to the customer, the stronger."""
    by_entity = connection(
        mapping=FULL_MAPPING | {"billing_entities": {lago.BILLING_ENTITY: {"subsidiary": "4"}}}
    )
    linked = lago.customer_event(integration_customers=[lago.link("other"), lago.link(subsidiary_id="9")])

    assert columns(lago.customer_event())["subsidiary"] == "1"
    assert columns(lago.customer_event(), by_entity)["subsidiary"] == "4"
    assert columns(linked, by_entity)["subsidiary"] == "9"
    rules = {each.subject: each.rule for each in mapped(linked, by_entity).decisions}
    assert rules["customer subsidiary"] == "event.integration_customers.subsidiary_id"


def test_accounts_without_subsidiaries_get_none():
    """Only OneWorld accounts have them."""
    assert "subsidiary" not in columns(lago.customer_event(), connection(customers={"subsidiary": None}))


def test_configured_fields_stand_in_the_customer():
    """Those of the billing entity win."""
    mapping = FULL_MAPPING | {
        "fields": {"customer": {"category": "3", "taxable": True}},
        "billing_entities": {lago.BILLING_ENTITY: {"fields": {"customer": {"category": "5"}}}},
    }

    found = columns(lago.customer_event(), connection(mapping=mapping))

    assert (found["category"], found["taxable"]) == ("5", True)


def test_a_customer_event_updates_and_a_document_only_creates():
    """A document's embedded customer must not overwrite corrections made in NetSuite."""
    assert document(lago.customer_event())["mode"] == "upsert"
    assert items(lago.invoice_event())[0]["mode"] == "create_or_get"


def test_a_customer_is_addressed_by_lagos_id():
    """With a prefix, since customers, vendors and partners share their external ids."""
    item = document(lago.customer_event())

    assert (item["external_id"], item["lago_id"]) == (f"lago-cus-{lago.CUSTOMER_ID}", lago.CUSTOMER_ID)
    assert item["version"] == "2026-08-01T00:04:11Z"
    assert "expect" not in item


def test_the_version_of_a_customer_never_updated_is_its_creation():
    """The version orders one state against another."""
    assert document(lago.customer_event(updated_at=None))["version"] == "2026-03-02T09:15:42Z"


def test_a_changed_address_changes_the_fingerprint_and_a_changed_slug_does_not():
    """What NetSuite does not hold cannot make it different."""
    before = document(lago.customer_event())["fingerprint"]

    assert document(lago.customer_event(city="Hamburg"))["fingerprint"] != before
    assert document(lago.customer_event(slug="other"))["fingerprint"] == before


@pytest.mark.parametrize(
    ("known", "name", "source"),
    [
        ({"legal_name": "Nordlicht Analytik GmbH"}, "Nordlicht Analytik GmbH", "legal_name"),
        ({"legal_name": None, "firstname": "Ada", "lastname": "Weiss"}, "Ada Weiss", "person"),
        ({"legal_name": None}, "cus_7f21c0", "external_id"),
        ({"legal_name": " ", "firstname": ""}, "cus_7f21c0", "external_id"),
    ],
)
def test_a_company_without_a_name_is_created_under_the_best_other_one(known, name, source):
    """NetSuite demands a name and Lago none; a missing one must not stop every document."""
    value = lago.customer_event(name=None, **known)

    [item] = mapped(value).request.items

    assert item.record["columns"]["companyname"] == name
    assert item.warnings == (
        f"LAGO_NAME_SUBSTITUTED companyname Lago's customer has no name; its {source} stands in for it",
    )


@pytest.mark.parametrize(
    ("known", "last"),
    [
        ({"name": "Ada Weiss", "firstname": None}, "Ada Weiss"),
        ({"firstname": "Ada"}, "Ada"),
        ({"firstname": None, "legal_name": "Weiss e.K."}, "Weiss e.K."),
        ({"firstname": None, "legal_name": None}, "cus_7f21c0"),
    ],
)
def test_a_person_without_a_last_name_gets_the_best_other_one(known, last):
    """NetSuite demands the last name of a person."""
    value = lago.customer_event(**lago.individual(lastname=None, **known))

    [item] = mapped(value).request.items

    assert item.record["columns"]["lastname"] == last
    assert item.warnings[0].startswith("LAGO_NAME_SUBSTITUTED lastname")
