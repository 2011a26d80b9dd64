"""What an account refuses of a customer's contact fields is left out, and the customer is written."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.profile import Switches
from tests.support.restlet import BERLIN, NetSuite, address, address_book, customer, invoice

ADDRESS = "addressbookaddress"


def left_out(item):
    return [one["field"] for one in item["warnings"] if one["code"] == "LAGO_FIELD_LEFT_OUT"]


@pytest.fixture
def netsuite():
    return NetSuite()


@pytest.mark.parametrize(
    ("field", "value"),
    [("phone", "12345"), ("email", "nobody"), ("url", "raviga.example"), ("fax", "1"), ("altphone", "x")],
)
def test_a_contact_field_that_is_refused_at_save_is_left_out(netsuite, field, value):
    """Nothing but that field, and the invoice follows."""
    written, billed = netsuite.write(customer(columns={field: value}), invoice())

    assert (written["status"], left_out(written), billed["status"]) == ("created", [field], "created")
    kept = netsuite.one("customer")
    assert field not in kept
    given = {"phone": "+49 30 5550100", "email": "ap@raviga.example"}
    assert {name: kept.get(name) for name in given if name != field} == {
        name: text for name, text in given.items() if name != field
    }


def test_a_postal_code_that_is_refused_is_left_out(netsuite):
    """The address stays, and so does everything else."""
    book = address_book(address(BERLIN | {"zip": "1011"}))

    written = netsuite.write(customer(lines=[book]))[0]

    assert (written["status"], left_out(written)) == ("created", ["zip"])
    kept = netsuite.one("customer")["addressbook"][0][ADDRESS]
    assert (kept["city"], kept["country"], "zip" in kept) == ("Berlin", "DE", False)


def test_a_country_that_does_not_exist_takes_its_address_with_it(netsuite):
    """NetSuite would put another country in its place."""
    written = netsuite.write(customer(lines=[address_book(address(BERLIN | {"country": "XX"}))]))[0]

    assert (written["status"], left_out(written)) == ("created", ["country"])
    assert netsuite.one("customer")["addressbook"] == []


def test_a_state_that_the_country_does_not_have_is_left_out(netsuite):
    """As before, with a warning of its own."""
    place = {"addr1": "1 Main St", "city": "Austin", "zip": "73301", "state": "Bavaria", "country": "US"}

    written = netsuite.write(customer(lines=[address_book(address(place))]))[0]

    assert written["status"] == "created"
    assert [one["code"] for one in written["warnings"]] == ["LAGO_STATE_NOT_ACCEPTED"]


def test_several_refused_fields_are_left_out_together(netsuite):
    """None of them alone would have been enough."""
    written = netsuite.write(customer(columns={"phone": "1", "email": "nobody"}))[0]

    assert written["status"] == "created"
    assert {"phone", "email"} <= set(left_out(written))


def test_a_later_version_is_brought_without_what_is_refused(netsuite):
    """The existing phone is not removed."""
    netsuite.write(customer(mode="upsert"))
    later = customer(
        mode="upsert",
        version="2026-09-01T00:00:00Z",
        fingerprint="sha256:later",
        columns={"phone": "12345", "companyname": "Raviga AG"},
    )

    written = netsuite.write(later)[0]

    kept = netsuite.one("customer")
    assert (written["status"], left_out(written)) == ("updated", ["phone"])
    assert (kept["companyname"], kept["phone"]) == ("Raviga AG", "+49 30 5550100")


def test_what_is_no_contact_field_is_never_left_out(netsuite):
    """A name, a currency or a subsidiary decides what is booked."""
    refused = [
        netsuite.write(customer(columns=columns))[0]["error"]
        for columns in ({"entityid": "a:b"}, {"currency": "99"}, {"subsidiary": "99"}, {"companyname": None})
    ]

    assert [one["field"] for one in refused] == ["entityid", "currency", "subsidiary", "companyname"]
    assert netsuite.account.records("customer") == []


def test_where_nothing_is_checked_nothing_is_left_out():
    netsuite = NetSuite(switches=Switches(contact_formats="free"))

    written = netsuite.write(customer(columns={"phone": "12345"}))[0]

    assert (written["warnings"], netsuite.one("customer")["phone"]) == ([], "12345")
