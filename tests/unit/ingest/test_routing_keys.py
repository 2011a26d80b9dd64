"""The partial decoding of a body gives the same keys as the full one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.ingest import routing_keys as outlines
from consumer.ingest.routing_keys import Outline, outline
from schemas.envelope import Undecodable
from tests.support import lago

EVENTS = {
    "customer": lago.event("customer.created", lago.customer()),
    "invoice": lago.event("invoice.created", lago.invoice()),
    "credit_note": lago.event("credit_note.created", lago.credit_note()),
    "payment": lago.event("payment.succeeded", lago.payment()),
    "payment_receipt": lago.event(
        "payment_receipt.created", lago.payment_receipt(), object_type="payment_receipt"
    ),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)
IDS = st.dictionaries(st.sampled_from(["external_id", "external_customer_id", "lago_id"]), JSON)
OBJECTS = st.dictionaries(
    st.sampled_from(["external_id", "external_customer_id", "customer", "payment"]), JSON | IDS
)
CHANGES = st.dictionaries(
    st.sampled_from(["webhook_type", "object_type", "organization_id", *EVENTS]),
    JSON | OBJECTS | st.sampled_from([*EVENTS]),
)


@pytest.mark.parametrize("kind", EVENTS)
def test_what_lago_sends_is_read_at_a_glance(kind):
    """Each of the objects, with its customer; nothing of it is left to the slow way."""
    found = outlines._at_a_glance(lago.body(EVENTS[kind]))

    assert found is not None
    assert (found.object_type, found.external_customer_id) == (kind, "cus_7f21c0")
    assert found == outlines._in_full(lago.body(EVENTS[kind]))


@given(st.sampled_from([*EVENTS.values()]), CHANGES)
def test_a_glance_never_sees_what_is_not_there(event, changes):
    """Whatever the members are, it agrees with the reading in full, or leaves the body to that."""
    body = json.dumps(event | changes, ensure_ascii=False).encode("utf-8", "backslashreplace")

    assert outlines._at_a_glance(body) in (None, outlines._in_full(body))


@pytest.mark.parametrize(
    "value",
    [
        b"NaN", b"01", b"1.", b"truex", b'"\x01"', b'"\\x"', b'"\xff"', b'"\\ud800"', b'"\\uDc00"', b"[1,]",
        b"", b"[" * 5_000 + b"]" * 5_000,
    ],
)  # fmt: skip
def test_what_is_skipped_is_checked_all_the_same(value):
    """Nothing that the worker could not read is let in because the glance went past it."""
    body = (
        b'{"webhook_type":"x","object_type":"invoice","organization_id":"o","invoice":{"a":' + value + b"}}"
    )

    assert isinstance(outline(body), Undecodable)


@pytest.mark.parametrize(("written", "read"), [("17", "17"), ('"17"', "17"), ("true", None), ("null", None)])
def test_a_customer_may_be_a_number(written, read):
    """Some bridges write numbers where Lago writes texts."""
    body = (
        '{"webhook_type":"payment.succeeded","object_type":"payment","organization_id":"o",'
        f'"payment":{{"external_customer_id":{written}}}}}'
    )

    assert outline(body.encode()) == Outline(
        webhook_type="payment.succeeded",
        object_type="payment",
        organization_id="o",
        external_customer_id=read,
    )
