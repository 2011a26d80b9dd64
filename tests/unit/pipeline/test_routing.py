"""What is done with which event is one table, and whatever is ignored is ignored by a name."""

import pytest

from consumer.mapping.result import Mapped, Refused
from consumer.outcome import Ignored
from consumer.pipeline import routing
from consumer.pipeline.ownership import Ownership
from schemas import envelope, refund_failure
from tests.support import lago
from tests.support.connection_files import connection
from tests.support.mapping_results import document, ignored, mapped, plan, refused

ONE_OFF = lago.invoice([lago.fee("add_on", "setup")], invoice_type="one_off")
PARTNER = lago.customer(account_type="partner")

ACTED_ON = {
    "customer.created": lago.customer(),
    "customer.updated": lago.customer(),
    "invoice.created": lago.invoice(),
    "invoice.one_off_created": ONE_OFF,
    "invoice.paid_credit_added": lago.invoice([lago.fee("credit")], invoice_type="credit"),
    "invoice.resynced": lago.invoice(),
    "invoice.voided": lago.invoice(status="voided", voided_at="2026-08-02T10:00:00Z"),
    "credit_note.created": lago.credit_note(),
    "payment.succeeded": lago.payment(),
    "payment_receipt.created": lago.payment_receipt(),
}


def bytes_of(webhook_type, **changes):
    return lago.body(lago.event(webhook_type, ACTED_ON[webhook_type] | changes))


def planned_by(value, *, reports_orphans, mine=None, others=()):
    chosen = mine or connection()
    ownership = Ownership(
        connection=chosen, all_connections=(chosen, *others), reports_orphans=reports_orphans
    )
    return routing.plan(envelope.decode(value), ownership)


@pytest.mark.parametrize("webhook_type", ACTED_ON)
def test_every_event_of_the_table_becomes_a_request(webhook_type):
    """Ten events are acted on."""
    assert mapped(bytes_of(webhook_type)).request.items


def test_the_table_holds_no_other_events():
    """An event added to the table needs a test here."""
    others = {"invoice.payment_status_updated", *refund_failure.EVENTS}
    assert set(routing.ROUTES) == {*ACTED_ON, *others}


@pytest.mark.parametrize(
    "webhook_type",
    [
        "invoice.drafted",
        "invoice.generated",
        "customer.accounting_provider_created",
        "credit_note.generated",
        "fee.created",
        "something.new",
    ],
)
def test_every_other_event_is_ignored_by_name(webhook_type):
    """Events that Lago adds next month are no failures."""
    assert ignored(lago.body(lago.event(webhook_type, {"lago_id": "1"}))) == "event_type"


def test_a_deleted_customer_is_ignored_by_a_rule_of_its_own():
    """Its NetSuite customer has transactions and stays; the customer's own connection counts it."""
    value = lago.body(lago.event("customer.deleted", lago.customer()))
    other = connection(code="other", select={"billing_entities": ["acme-us"]})

    assert ignored(value) == "customer_deleted"
    assert planned_by(value, reports_orphans=False, mine=other) == Ignored(rule="other_connection")


@pytest.mark.parametrize(
    ("webhook_type", "switch"),
    [
        ("customer.created", "customers"),
        ("invoice.created", "invoices"),
        ("invoice.voided", "voids"),
        ("invoice.voided", "invoices"),
        ("credit_note.created", "credit_notes"),
        ("payment.succeeded", "payments"),
        ("payment_receipt.created", "payments"),
    ],
)
def test_what_is_not_synchronised_is_ignored_by_name(webhook_type, switch):
    """Object by object."""
    assert ignored(bytes_of(webhook_type), connection(sync={switch: False})) == "sync_disabled"


def test_customers_that_are_never_created_are_ignored_by_name():
    """The customers of that account are maintained outside the connector."""
    assert (
        ignored(lago.customer_event(), connection(customers={"create": "never"})) == "customers_never_created"
    )


def test_changes_of_a_linked_customer_are_brought_even_where_customers_are_never_created():
    """NetSuite has it, so nothing is created."""
    value = lago.customer_event(
        webhook_type="customer.updated",
        integration_customers=[lago.link("netsuite-eu", external_customer_id="4711")],
    )

    [item] = mapped(value, connection(customers={"create": "never"})).request.items

    assert (item.mode, item.internal_id) == ("adopt", "4711")


@pytest.mark.parametrize(
    "other",
    [
        lago.link("netsuite-eu", external_customer_id=None),
        lago.link("netsuite-us", external_customer_id="4711"),
        lago.link("netsuite-eu", external_customer_id="4711") | {"type": "xero"},
    ],
)
def test_a_link_that_names_no_netsuite_customer_here_is_none(other):
    """Lago keeps one without an id while it is about to create the customer by itself."""
    value = lago.customer_event(integration_customers=[other])

    assert ignored(value, connection(customers={"create": "never"})) == "customers_never_created"


@pytest.mark.parametrize("webhook_type", ["invoice.created", "invoice.voided", "credit_note.created"])
def test_self_billed_documents_are_ignored_by_name(webhook_type):
    """They are written by the other side."""
    assert ignored(bytes_of(webhook_type, self_billed=True)) == "self_billed"


@pytest.mark.parametrize("webhook_type", ["invoice.created", "credit_note.created"])
def test_documents_of_partners_are_ignored_by_name(webhook_type):
    """A partner account is a supplier, not a customer."""
    assert ignored(bytes_of(webhook_type, customer=PARTNER)) == "partner"


def test_partners_themselves_are_ignored_by_name():
    """As their documents are."""
    assert ignored(lago.customer_event(account_type="partner")) == "partner"


@pytest.mark.parametrize("status", ["draft", "failed", "pending", "open", "generating", "something_new"])
def test_invoices_that_are_not_final_are_ignored_by_name(status):
    """Only what Lago has finalised is booked."""
    assert ignored(lago.invoice_event(status=status)) == "not_finalized"


def test_a_creation_published_after_the_void_is_booked_all_the_same():
    """Lago serialises when it delivers; the void has an event of its own."""
    assert document(lago.invoice_event(status="voided"))["mode"] == "create_or_get"


@pytest.mark.parametrize(
    ("issued", "outcome"),
    [("2025-12-31", Ignored), ("2026-01-01", Mapped), (None, Refused)],
)
def test_documents_before_the_start_date_are_ignored_by_name(issued, outcome):
    """The day itself counts; without a day nothing can be said."""
    planned = plan(lago.invoice_event(issuing_date=issued), connection(start_date="2026-01-01"))

    assert isinstance(planned, outcome)
    if isinstance(planned, Ignored):
        assert planned.rule == "before_start_date"


def test_a_note_that_a_void_forfeits_is_ignored_by_name():
    """Lago issues it and voids it at once; a note voided in part still moves money."""
    forfeited = {"credit_status": "voided", "credit_amount_cents": 1000, "total_amount_cents": 1000}

    assert ignored(bytes_of("credit_note.created", **forfeited)) == "voided_credit_note"
    assert mapped(bytes_of("credit_note.created", **forfeited | {"credit_amount_cents": 400}))
    assert ignored(bytes_of("credit_note.created", **forfeited, self_billed=True)) == "self_billed"


@pytest.mark.parametrize(
    ("state", "rule"),
    [
        ({"payment_status": "pending"}, "payment_not_settled"),
        ({"payment_status": "failed"}, "payment_not_settled"),
        ({"payment_status": None, "status": "processing"}, "payment_not_settled"),
        ({"amount_cents": 0}, "zero_amount"),
        ({"created_at": "2025-12-31T23:59:59Z"}, "before_start_date"),
    ],
)
def test_payments_that_move_no_money_here_are_ignored_by_name(state, rule):
    """Not arrived, of nothing, or before the connection's time."""
    chosen = connection(start_date="2026-01-01")

    assert ignored(bytes_of("payment.succeeded", **state), chosen) == rule


def test_a_payment_whose_own_status_is_missing_goes_by_its_providers():
    """Manual payments carry one of the two only."""
    value = bytes_of("payment.succeeded", payment_status=None, status="succeeded")

    assert document(value)["record"]["type"] == "customerpayment"


def test_a_void_of_nothing_is_ignored_as_the_invoice_was():
    """It was never booked."""
    nothing = lago.invoice([lago.fee(unit_price=0)], status="voided")

    assert ignored(lago.body(lago.event("invoice.voided", nothing))) == "zero_amount"


def test_self_billing_is_asked_before_anything_else_about_a_document():
    """Rules have an order, so that the same record is counted under the same name."""
    value = lago.invoice_event(self_billed=True, status="draft", issuing_date="2020-01-01", customer=PARTNER)

    assert ignored(value, connection(start_date="2026-01-01")) == "self_billed"


def test_a_body_that_is_not_of_lagos_shape_is_refused_with_every_place():
    """Up to five places, so that a thousand broken fees stay a sentence."""
    content = lago.invoice([lago.fee() for _ in range(4)])
    broken_fees = [fee | {"lago_id": None, "units": "many"} for fee in content["fees"]]

    rejection = refused(lago.invoice_event(content=content, currency="euro", fees=broken_fees))

    assert rejection.code == "undecodable"
    assert rejection.message.startswith("invoice.created is not of Lago's shape: invoice.currency: ")
    assert "invoice.fees.0.units" in rejection.message
    assert rejection.message.count("invoice.") == 6  # five places and the event itself
    assert rejection.details == {"lago_id": lago.INVOICE_ID}


@pytest.mark.parametrize("webhook_type", ACTED_ON)
def test_an_empty_object_is_refused_whatever_the_event(webhook_type):
    """Nothing is guessed."""
    value = lago.body(lago.event(webhook_type, {}))

    assert refused(value).code == "undecodable"


def test_undecodable_bytes_are_refused_by_the_connection_that_answers_for_orphans():
    """Once, by the first connection of the file; to the others they are not theirs."""
    told = planned_by(b"garbage", reports_orphans=True)
    silent = planned_by(b"garbage", reports_orphans=False)

    assert isinstance(told, Refused)
    assert told.rejection.code == "undecodable"
    assert told.rejection.message.startswith("not JSON")
    assert silent == Ignored(rule="other_connection")


def test_an_event_nobody_claims_is_refused_by_the_connection_that_answers_for_orphans():
    """With what would claim it."""
    value = lago.body(lago.event("invoice.created", lago.invoice(), organization_id="other-org"))

    told = planned_by(value, reports_orphans=True)
    silent = planned_by(value, reports_orphans=False)

    assert isinstance(told, Refused)
    assert told.rejection.code == "unclaimed"
    assert told.rejection.message == "no connection claims this invoice.created of organisation other-org"
    assert lago.ORGANIZATION_ID in told.rejection.hint
    assert silent == Ignored(rule="other_connection")


def test_an_event_of_another_connection_is_ignored_by_name_also_by_who_reports_orphans():
    """It is no orphan: another connection claims it."""
    other = connection(code="other", lago={"organization_id": "other-org"})
    value = lago.body(lago.event("invoice.created", lago.invoice(), organization_id="other-org"))

    planned = planned_by(value, reports_orphans=True, others=(other,))

    assert planned == Ignored(rule="other_connection")


def test_an_unclaimed_event_that_nobody_acts_on_is_ignored_by_its_type():
    """Only orphans of a handled type have an error event."""
    value = lago.body(lago.event("fee.created", {"lago_id": "1"}, organization_id="other-org"))

    assert planned_by(value, reports_orphans=True) == Ignored(rule="event_type")
