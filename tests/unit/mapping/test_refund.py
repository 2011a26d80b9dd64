"""What a credit note pays back becomes a customer refund behind its memo, or is left to a person."""

import pytest

from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.mapping_results import items, mapped, refused

PLACE = {"account": "110", "payment_method": "5"}


def booking(refund=None, **changes):
    mapping = FULL_MAPPING | {"refund": PLACE if refund is None else refund} | changes.pop("mapping", {})
    return connection(refunds="customer_refund", mapping=mapping, **changes)


def note(**changes):
    """A note of one fee with 19 % tax, all of which is paid back."""
    content = lago.credit_note(lago.part(5000, tax_rate=19), split=lago.Split(refund=5950))
    return lago.body(lago.event("credit_note.created", content | changes))


def test_a_refund_stands_behind_its_memo():
    """Once, by an id of its own; dated as the note, out of the mapped account."""
    customer, memo, refund = items(note(), booking())

    assert [one["record"]["type"] for one in (customer, memo)] == ["customer", "creditmemo"]
    note_id, of_memo = memo["lago_id"], memo["record"]["columns"]
    assert (refund["mode"], refund["external_id"]) == ("create_or_get", f"lago-ref-{note_id}")
    assert (refund["lago_id"], refund["expect"]) == (note_id, {"total": "59.50"})
    columns = refund["record"]["columns"]
    assert refund["record"]["type"] == "customerrefund"
    assert columns["customer"] == of_memo["entity"]
    assert all(columns[name] == of_memo[name] for name in ("currency", "trandate"))
    assert (columns["account"], columns["paymentmethod"]) == ("110", "5")
    assert columns["memo"] == f"Refund of credit note {of_memo['tranid']}"
    [line] = refund["record"]["lines"][0]["lineItems"]
    assert line == {"doc": {"externalId": f"lago-cn-{note_id}"}, "apply": True, "amount": "59.50"}


def test_a_refund_that_is_booked_leaves_nothing_to_a_person():
    """By default it is left to one, and named in the result."""
    assert mapped(note(), booking()).action is None

    by_hand = mapped(note())
    assert (by_hand.action.needed, by_hand.action.amount) == ("refund", "59.50")
    assert len(by_hand.request.items) == 2


def test_a_refund_that_the_payment_provider_refused_is_left_to_a_person():
    """No money has moved; a person tries another way."""
    failed = mapped(note(refund_status="failed"), booking())

    assert failed.action.amount == "59.50"
    assert len(failed.request.items) == 2


@pytest.mark.parametrize("status", ["pending", "succeeded", None])
def test_lago_tells_of_a_refund_once_whatever_its_status(status):
    """No event says that it succeeded, so that none is waited for."""
    assert len(items(note(refund_status=status), booking())) == 3


def test_nobody_is_paid_back_what_offset_and_credit_have():
    """Lago's rounding may write the whole total into the refund (``AdjustAmountsWithRoundingService``)."""
    [*_, refund] = items(note(offset_amount_cents=5949), booking())

    assert refund["expect"] == {"total": "0.01"}
    assert len(items(note(refund_amount_cents=0, credit_amount_cents=5950), booking())) == 2


@pytest.mark.parametrize(
    ("refund", "entity", "chosen"),
    [
        (PLACE, None, ("110", "5")),
        (PLACE | {"currencies": {"EUR": {"account": "111"}}}, None, ("111", "5")),
        (PLACE | {"currencies": {"USD": {"account": "111"}}}, None, ("110", "5")),
        (PLACE, {"payment_method": "9"}, ("110", "9")),
        (PLACE | {"currencies": {"EUR": {"account": "111"}}}, {"account": "112"}, ("112", "5")),
        (PLACE, {"account": "112", "currencies": {"EUR": {"account": "113"}}}, ("113", "5")),
    ],
)
def test_the_billing_entity_and_then_the_currency_decide_from_where_it_is_paid(refund, entity, chosen):
    """Specific beats common, as with items."""
    entities = {"billing_entities": {"acme-eu": {"refund": entity}}} if entity else {}
    [*_, paid] = items(note(billing_entity_code="acme-eu"), booking(refund, mapping=entities))

    columns = paid["record"]["columns"]
    assert (columns["account"], columns["paymentmethod"]) == chosen


def test_a_refund_without_a_place_is_an_invalid_mapping():
    """The note is not booked half."""
    rejection = refused(note(), booking({"currencies": {"USD": PLACE}}))

    assert rejection.code == "invalid_mapping"
    assert "no account is mapped for refunds in EUR" in rejection.message
    assert "mapping.refund.payment_method" in rejection.hint


def test_refunds_have_fields_of_their_own():
    """Class, department and the like, as every record."""
    rules = booking(mapping={"fields": {"refund": {"class": "7"}}})

    assert items(note(), rules)[-1]["record"]["columns"]["class"] == "7"
