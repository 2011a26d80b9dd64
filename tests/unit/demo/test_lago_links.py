"""After a run every written document in Lago carries its link, once, and what its users wrote is there."""

import json

import pytest
from joserfc.jwk import RSAKey

from consumer.demo import http, lago_links, scenario
from consumer.demo.lago import Lago
from consumer.demo.lago_links import Echo
from consumer.demo.lago_month import LagoMonth

KEY = RSAKey.generate_key(2048)


@pytest.fixture
def lago():
    return Lago(month=LagoMonth(seed=1), hmac_key="k", private_key=KEY)


@pytest.fixture
def steps(lago):
    """The month has happened, and `relay` has linked every document and customer once."""
    found = list(scenario.events(lago.month))
    for document in documents(lago, found):
        link(document)
    for lago_id in lago.month.organization.customers:
        lago.month.organization.links.setdefault(lago_id, [{"integration_code": "netsuite-demo"}])
    lago.server.rest.requests = dict.fromkeys(lago_links.WRITES, 10)
    return found


def documents(lago, steps):
    ids = {step.lago_id for step in steps if step.ending == "booked" and step.number}
    return [lago.month.document(lago_id) for lago_id in ids]


def link(document):
    if isinstance(document.get("metadata"), list):
        document["metadata"].append({"key": "netsuite", "value": "https://n"})
    else:
        document["metadata"] = (document.get("metadata") or {}) | {"netsuite_url": "https://n"}


def said(lago, steps, echo=None):
    found = lago_links.links(lago, steps, echo or Echo(door=""))
    return lago_links.problems(found, lago, steps)


def test_a_run_in_which_all_is_linked_has_no_problem(lago, steps):
    """Invoices and credit notes, voided ones too; entries of users are counted."""
    found = lago_links.links(lago, steps, Echo(door=""))

    assert said(lago, steps) == []
    assert found.documents == found.linked == len(documents(lago, steps))
    assert (found.users_entries, found.kept) == (3, 3)


def test_a_document_without_link_is_said(lago, steps):
    invoice = lago.month.billed["soen"][0]
    invoice["metadata"].pop()

    assert said(lago, steps) == [f"{invoice['number']} has no link to NetSuite in Lago"]


def test_a_customer_without_link_is_said(lago, steps):
    customer = lago.month.organization.customer_of("cus_soen")
    lago.month.organization.links[customer["lago_id"]] = []

    assert said(lago, steps) == ["cus_soen has no link to NetSuite in Lago"]


def test_an_entry_of_a_user_that_is_gone_is_said(lago, steps):
    """Lago deletes entries that a write does not contain."""
    invoice = lago.month.billed["brenner"][0]
    invoice["metadata"] = invoice["metadata"][-1:]

    assert said(lago, steps) == ["of 3 entries of Lago's users, 1 are left"]


def test_a_document_that_is_written_twice_is_said(lago, steps):
    written = len(documents(lago, steps))
    lago.server.rest.requests = {lago_links.WRITES[0]: written + 1}

    assert said(lago, steps) == [f"{written + 1} requests wrote the links of {written} documents"]


def test_a_webhook_that_comes_back_twice_is_said(lago, steps):
    """Whether it was posted or is still due."""
    posted = Echo(door="", posted=[("k1", "c1"), ("k2", "c2"), ("k3", "c1")])
    lago.month.organization.announce("customer.updated", lago.month.organization.customer_of("cus_soen"))

    assert said(lago, steps, posted) == ["2 webhooks came back more than once"]


async def test_a_webhook_that_is_posted_again_is_one(monkeypatch):
    """Lago repeats it under the same key where it is not accepted."""
    answers = iter([(503, ""), (202, ""), (0, "")])

    async def post(*_):
        return next(answers)

    monkeypatch.setattr(http, "post", post)
    echo, content = (
        Echo(door="http://ingest"),
        json.dumps({"object_type": "x", "x": {"lago_id": "c1"}}).encode(),
    )

    statuses = [await echo(content, {"X-Lago-Unique-Key": "k1"}) for _ in range(3)]

    assert statuses == [503, 202, None]
    assert echo.posted == [("k1", "c1")]
