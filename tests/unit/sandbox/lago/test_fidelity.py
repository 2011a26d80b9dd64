"""Rules of Lago's REST API that clients rely on: pages, metadata filters, whole rows, links."""

import pytest

from tests.support.lago_server import USAGE, Lago


@pytest.fixture
def lago():
    made = Lago()
    made.customer()
    return made


def test_the_organization_has_the_id_that_webhooks_carry(lago):
    """A body that is built from REST needs it."""
    expected = lago.request("GET", "/sandbox").json()["organization_id"]

    assert lago.get("organizations").json()["organization"]["lago_id"] == expected


def test_a_page_has_a_hundred_rows_and_as_many_as_are_asked_for(lago):
    """There is no maximum; of nothing, the current page is 0."""
    assert lago.get("invoices").json()["meta"]["current_page"] == 0
    for _ in range(101):
        lago.bill()

    first, second = lago.get("payments", page=1).json(), lago.get("invoices", page=2).json()
    whole = lago.get("invoices", per_page=1_000).json()

    assert first["meta"] == {
        "current_page": 0, "next_page": None, "prev_page": None, "total_pages": 0, "total_count": 0,
    }  # fmt: skip
    assert (len(second["invoices"]), second["meta"]["next_page"]) == (1, None)
    assert (second["meta"]["prev_page"], second["meta"]["total_pages"]) == (1, 2)
    assert len(whole["invoices"]) == 101


def test_invoices_are_found_by_metadata_and_by_its_absence(lago):
    """A cheap list of what is not booked yet."""
    booked, open_one = lago.bill(), lago.bill()
    entries = [{"key": "netsuite", "value": "4711"}]
    lago.send("PUT", f"invoices/{booked['lago_id']}", {"invoice": {"metadata": entries}})

    def found(value):
        listed = lago.get("invoices", **{"metadata[netsuite]": value}).json()["invoices"]
        return [row["lago_id"] for row in listed]

    assert found("4711") == [booked["lago_id"]]
    assert found("4712") == []
    assert found("") == [open_one["lago_id"]]


def test_a_listed_credit_note_is_whole(lago):
    """No second request is needed."""
    note = lago.act("credit_notes", invoice_id=lago.bill()["lago_id"])

    [row] = lago.get("credit_notes").json()["credit_notes"]

    assert row == note == lago.get(f"credit_notes/{note['lago_id']}").json()["credit_note"]
    assert row["items"][0]["fee"]["item"]["code"] == USAGE["code"]
    assert row["customer"]["integration_customers"] == []


def test_links_that_are_not_sent_are_deleted_and_unknown_integrations_are_skipped(lago):
    """Each write sends the customer's event again."""
    lago.server.organization.integrations = frozenset({"netsuite-eu"})

    def written(*links):
        content = {"customer": {"external_id": "acme", "integration_customers": list(links)}}
        shown = lago.send("POST", "customers", content).json()["customer"]["integration_customers"]
        return [link["integration_code"] for link in shown]

    assert written({"integration_code": "netsuite-eu"}, {"integration_code": "other"}) == ["netsuite-eu"]
    assert written() == []
    assert lago.outbox == ["customer.created", "customer.updated", "customer.updated"]
