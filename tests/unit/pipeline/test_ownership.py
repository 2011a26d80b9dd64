"""An event belongs to the connection its own link names, else to those whose rules select it."""

import pytest

from consumer.pipeline.ownership import Ownership, claims
from schemas import envelope
from tests.support import lago
from tests.support.connection_files import connection

EUROPE = connection(code="netsuite-eu", select={"billing_entities": ["acme-eu"]})
FRANCE = connection(code="netsuite-fr", select={"billing_entities": ["acme-fr"]})
ELSEWHERE = connection(code="netsuite-xx", lago={"organization_id": "other-org"})
FILE = (EUROPE, FRANCE, ELSEWHERE)


def event_of(webhook_type="invoice.created", content=None, **changes):
    content = content if content is not None else lago.invoice()
    return envelope.decode(lago.body(lago.event(webhook_type, content, **changes)))


def owners(event, connections=FILE):
    return [each.code for each in connections if claims(event, each, connections)]


def selecting(**select):
    return connection(select=select)


def is_selected(chosen, event):
    return claims(event, chosen, (chosen,))


def linked_to(*codes, **changes):
    links = [lago.link(code, **changes) for code in codes]
    return lago.invoice(customer=lago.customer(integration_customers=links))


def test_another_organisations_event_is_never_claimed():
    """Whatever its billing entity says."""
    assert owners(event_of(organization_id="third-org")) == []
    assert owners(event_of(organization_id="other-org")) == ["netsuite-xx"]


def test_the_events_own_link_decides_over_select_rules():
    """Lago says at which connection the customer is."""
    assert owners(event_of(content=linked_to("netsuite-fr"))) == ["netsuite-fr"]


def test_a_customer_linked_to_two_connections_belongs_to_both():
    """Its documents are carried to both."""
    assert owners(event_of(content=linked_to("netsuite-eu", "netsuite-fr"))) == ["netsuite-eu", "netsuite-fr"]


@pytest.mark.parametrize(
    "changes", [{"type": "xero"}, {"integration_code": "unknown"}, {"integration_code": None}]
)
def test_a_link_that_names_no_connection_of_the_file_decides_nothing(changes):
    """The select rules do."""
    assert owners(event_of(content=linked_to("netsuite-fr", **changes))) == ["netsuite-eu"]


def test_the_link_of_a_customer_event_stands_in_the_customer_itself():
    """There is no embedded one."""
    content = lago.customer(integration_customers=[lago.link("netsuite-fr")])

    assert owners(event_of("customer.updated", content)) == ["netsuite-fr"]


def test_the_documents_billing_entity_decides_over_its_customers():
    """A customer can be billed by several entities."""
    content = lago.invoice(
        billing_entity_code="acme-fr", customer=lago.customer(billing_entity_code="acme-eu")
    )

    assert owners(event_of(content=content)) == ["netsuite-fr"]


def test_the_customers_billing_entity_stands_in_for_a_documents():
    """Payments and older events carry none of their own."""
    content = lago.invoice(billing_entity_code=None, customer=lago.customer(billing_entity_code="acme-fr"))

    assert owners(event_of(content=content)) == ["netsuite-fr"]


def test_without_select_rules_everything_of_the_organisation_is_claimed():
    """A single connection needs none."""
    assert is_selected(connection(), event_of())
    assert is_selected(connection(), event_of("payment.succeeded", lago.payment()))


def test_currencies_select():
    """The document's, else the customer's."""
    assert is_selected(selecting(currencies=["EUR"]), event_of())
    assert not is_selected(selecting(currencies=["USD"]), event_of())
    assert is_selected(selecting(currencies=["EUR"]), event_of("customer.created", lago.customer()))


def test_an_empty_selection_selects_nothing():
    """Absent means everything; empty means nothing."""
    assert not is_selected(selecting(billing_entities=[]), event_of())
    assert not is_selected(selecting(currencies=[]), event_of())


def test_customer_metadata_selects_when_every_pair_is_there():
    """More metadata than asked for does no harm."""
    assert is_selected(selecting(customer_metadata={"crm_segment": "mid_market"}), event_of())
    assert not is_selected(selecting(customer_metadata={"crm_segment": "enterprise"}), event_of())
    both = {"crm_segment": "mid_market", "region": "north"}
    assert not is_selected(selecting(customer_metadata=both), event_of())


def test_all_select_rules_have_to_agree():
    """One that does not is enough."""
    assert is_selected(selecting(billing_entities=["acme-eu"], currencies=["EUR"]), event_of())
    assert not is_selected(selecting(billing_entities=["acme-eu"], currencies=["USD"]), event_of())


@pytest.mark.parametrize(
    "content",
    [
        {"customer": None},
        {"customer": "text"},
        {"customer": {"integration_customers": "text", "metadata": None}},
        {"customer": {"integration_customers": [None, {"type": "netsuite", "integration_code": ["x"]}]}},
        {"customer": {"metadata": [7, {}]}, "billing_entity_code": {}},
    ],
)
def test_bodies_of_another_shape_are_not_selected_and_do_no_harm(content):
    """Ownership is asked before the body is validated."""
    chosen = selecting(customer_metadata={"crm_segment": "mid_market"}, billing_entities=["acme-eu"])

    assert not is_selected(chosen, event_of(content=content))


def test_an_orphan_is_what_no_connection_of_the_file_claims():
    """Not what this one does not claim."""
    first = Ownership(connection=EUROPE, all_connections=FILE, reports_orphans=True)
    french = event_of(content=lago.invoice(billing_entity_code="acme-fr"))
    nobodys = event_of(content=lago.invoice(billing_entity_code="acme-it"))

    assert (first.is_mine(french), first.is_orphan(french)) == (False, False)
    assert (first.is_mine(nobodys), first.is_orphan(nobodys)) == (False, True)
    assert (first.is_mine(event_of()), first.is_orphan(event_of())) == (True, False)
