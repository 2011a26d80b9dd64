import pytest

from schemas.lane import LAST, RANKS, lane_of, place_of
from tests.support import lago


def receipt_of(payment: object) -> lago.Json:
    return lago.payment_receipt(payment=payment)


PAYMENT_ID = lago.payment()["lago_id"]
NOTE_ID = lago.credit_note()["lago_id"]


@pytest.mark.parametrize(
    ("event", "lane"),
    [
        (lago.event("customer.created", lago.customer()), f"customer:{lago.CUSTOMER_ID}"),
        (lago.event("invoice.created", lago.invoice()), f"invoice:{lago.INVOICE_ID}"),
        (lago.event("invoice.resynced", lago.invoice()), f"invoice:{lago.INVOICE_ID}"),
        (lago.event("invoice.voided", lago.invoice()), f"void:{lago.INVOICE_ID}"),
        (lago.event("credit_note.created", lago.credit_note()), f"credit_note:{NOTE_ID}"),
        (lago.event("payment.succeeded", lago.payment()), f"payment:{PAYMENT_ID}"),
        (lago.event("payment_receipt.created", lago.payment_receipt()), f"payment:{PAYMENT_ID}"),
        (lago.event("payment_receipt.created", receipt_of(None)), None),
        (lago.event("payment_receipt.created", receipt_of({"lago_id": ""})), None),
        (lago.event("invoice.created", lago.invoice(lago_id="")), None),
        (lago.event("invoice.created", lago.invoice(lago_id=7)), None),
        (
            lago.event("subscription.started", {"lago_id": "s-1"}, object_type="subscription"),
            "subscription:s-1",
        ),
    ],
)
def test_records_of_one_aggregate_share_a_lane(event, lane):
    """Every document queues behind itself only, so that none waits for what stands behind it."""
    assert lane_of(lago.body(event)) == lane


CUSTOMER = f"customer:{lago.CUSTOMER_ID}"
INVOICE = f"invoice:{lago.INVOICE_ID}"


@pytest.mark.parametrize(
    ("event", "rank", "needs", "refers_to"),
    [
        (lago.event("customer.created", lago.customer()), 0, (), ()),
        (lago.event("invoice.created", lago.invoice()), 1, (), (CUSTOMER,)),
        (lago.event("credit_note.created", lago.credit_note()), 2, (INVOICE,), (CUSTOMER,)),
        (lago.event("payment.succeeded", lago.payment()), 3, (INVOICE,), (CUSTOMER,)),
        (lago.event("payment_receipt.created", lago.payment_receipt()), 3, (INVOICE,), (CUSTOMER,)),
        (lago.event("invoice.voided", lago.invoice()), 4, (INVOICE,), (CUSTOMER,)),
        (lago.event("subscription.started", {"lago_id": "s"}, object_type="subscription"), LAST, (), ()),
    ],
)
def test_what_others_depend_on_goes_first_and_each_document_names_what_it_needs(
    event, rank, needs, refers_to
):
    """Customers, invoices, notes, payments, voids; nothing is booked on an invoice before it stands."""
    place = place_of(lago.body(event))

    assert (place.rank, place.needs, place.refers_to) == (rank, needs, refers_to)


def test_what_a_record_needs_has_a_lower_rank_than_itself():
    """So waiting for each other can never go in a circle."""
    assert RANKS["invoice"] < min(RANKS[kind] for kind in ("credit_note", "payment", "void"))


def test_undecodable_bytes_have_no_lane_of_their_own():
    """The caller has to use another key."""
    assert lane_of(b"garbage") is None
    assert lane_of(None) is None


def test_a_framed_event_has_the_lane_of_its_payload():
    """Confluent's five bytes in front change nothing."""
    body = lago.body(lago.event("invoice.created", lago.invoice()))
    assert lane_of(b"\x00\x00\x00\x00\x07" + body) == lane_of(body) == f"invoice:{lago.INVOICE_ID}"
