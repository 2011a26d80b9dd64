"""A refund that the payment provider has refused is an error of its own, with what a person has to do."""

import pytest

from consumer.outcome import Ignored
from consumer.pipeline import routing
from consumer.pipeline.ownership import Ownership
from schemas import envelope
from schemas.lane import lane_of
from tests.support import lago
from tests.support.connection_files import connection
from tests.support.mapping_results import ignored, refused

NOTE = "0c8f3c1e-5b1a-5d63-9f60-1f2a3b4c5d08"
OBJECT_TYPE = "credit_note_payment_provider_refund_error"


def failed(webhook_type="credit_note.refund_failure", **changes):
    content = {
        "lago_credit_note_id": NOTE,
        "lago_customer_id": lago.CUSTOMER_ID,
        "external_customer_id": "cus_7f21c0",
        "provider_customer_id": "cus_NrdL",
        "payment_provider": "stripe",
        "provider_error": {"message": "The card has expired.", "error_code": "expired_card"},
    }
    return lago.body(lago.event(webhook_type, content | changes, object_type=OBJECT_TYPE))


def test_the_error_names_provider_customer_and_reason():
    """And in its details the records in NetSuite, by their external ids."""
    rejected = refused(failed())

    assert rejected.code == "refund_failed"
    assert rejected.message == (
        "stripe has not paid back a credit note of customer cus_7f21c0: The card has expired."
    )
    assert rejected.details["netsuite_refund"] == f"lago-ref-{NOTE}"
    assert rejected.details["netsuite_memo"] == f"lago-cn-{NOTE}"
    assert rejected.details["provider_code"] == "expired_card"


@pytest.mark.parametrize(
    ("refunds", "says"),
    [
        ("customer_refund", "void the credit note's customer refund"),
        ("manual", "before the refund is closed as made"),
    ],
)
def test_the_fix_depends_on_who_books_refunds(refunds, says):
    """Only where the connection books them there may be one to void."""
    place = {"account": "110", "payment_method": "5"}
    mapping = connection().mapping.model_dump() | {"refund": place}

    assert says in refused(failed(), connection(refunds=refunds, mapping=mapping)).hint


@pytest.mark.parametrize(
    "reason", ["No such charge", {"message": "No such charge"}, {"error_code": "No such charge"}]
)
def test_the_providers_reason_may_be_a_text(reason):
    """Each provider's error is Lago's to pass on as it is."""
    assert refused(failed(provider_error=reason)).message.endswith(": No such charge")


@pytest.mark.parametrize("reason", [None, "", {}, {"message": " "}])
def test_without_a_reason_that_is_said(reason):
    """As with a provider that gives none."""
    assert refused(failed(provider_error=reason)).message.endswith("it gives no reason")


def test_a_long_reason_is_cut():
    """The error event stays small."""
    assert len(refused(failed(provider_error="x" * 5_000)).message) < 400


def test_the_registered_name_of_the_event_means_the_same():
    """Lago subscribes by one name and sends another."""
    assert refused(failed("credit_note.provider_refund_failure")).code == "refund_failed"


def test_it_is_ignored_where_credit_notes_are_not_synced():
    assert ignored(failed(), connection(sync={"credit_notes": False})) == "sync_disabled"


def test_without_the_credit_note_it_is_no_event_of_lagos():
    assert refused(failed(lago_credit_note_id=None)).code == "undecodable"


def test_each_credit_note_has_a_failure_and_a_lane_of_its_own():
    """Not one for all of a customer's."""
    event = envelope.decode(failed())

    assert (event.object_type, event.object_id) == ("refund_failure", NOTE)
    assert lane_of(failed()) == f"refund_failure:{NOTE}"


def test_it_belongs_to_the_only_connection_with_credit_notes_whatever_that_selects():
    """The event names no billing entity."""
    europe = connection(code="eu", select={"billing_entities": ["acme-eu"]})
    payments_only = connection(
        code="us", select={"billing_entities": ["acme-us"]}, sync={"credit_notes": False}
    )
    both = (europe, payments_only)
    plans = [
        routing.plan(
            envelope.decode(failed()), Ownership(connection=each, all_connections=both, reports_orphans=False)
        )
        for each in both
    ]

    assert plans[0].rejection.code == "refund_failed"
    assert plans[1] == Ignored(rule="other_connection")
