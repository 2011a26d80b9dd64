"""References to entries of lists, and to entries that do not exist: reported as such, never guessed."""

from __future__ import annotations

from consumer.sandbox.netsuite.profile import Profile
from tests.support.restlet import NetSuite, customer, invoice, untaxed

BY_OUR_OWN_ID = {"externalId": "sku-scale"}


def _with_item_of_our_own() -> NetSuite:
    first, *others = Profile.load().items
    return NetSuite(items=(first.model_copy(update={"externalid": "sku-scale"}), *others))


def _refusal_of(item: dict) -> dict:
    _, answer = NetSuite().write(customer(), item)
    return answer["error"]


def test_an_item_may_be_named_by_its_external_id():
    netsuite = _with_item_of_our_own()

    _, answer = netsuite.write(customer(), untaxed(line={"item": BY_OUR_OWN_ID}))

    assert answer["status"] == "created"
    assert [line["item"] for line in netsuite.one("invoice")["lines"]] == ["801"]


def test_an_item_that_is_in_no_list_is_an_invalid_reference_and_not_waited_for():
    """What finance must create will not come by itself, unlike a customer that Lago is about to send."""
    error = _refusal_of(untaxed(line={"item": BY_OUR_OWN_ID}))

    assert (error["code"], error["retryable"]) == ("LAGO_INVALID_REFERENCE", False)
    assert (error["field"], error["line"]) == ("item", 0)


def test_a_reference_that_names_nothing_is_refused():
    error = _refusal_of(invoice(columns={"entity": {"name": "Raviga"}}))

    assert (error["code"], error["field"]) == ("LAGO_INVALID_REFERENCE", "entity")


def test_a_list_is_not_searched_by_a_lago_id():
    """Lists carry no Lago ids, so such a reference finds nothing."""
    error = _refusal_of(invoice(columns={"location": {"lagoId": "l-1"}}))

    assert (error["code"], error["field"]) == ("LAGO_INVALID_REFERENCE", "location")
