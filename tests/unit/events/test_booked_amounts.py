"""The booked amount of a settled record."""

import json
from datetime import UTC, datetime

import pytest

from consumer.events import booked_amounts
from consumer.events.booked_amounts import Booking
from consumer.outcome import AlreadyThere, Delivered, Rejected, Waiting, Written
from schemas import envelope
from tests.support import lago


def event(**changes):
    body = json.loads(lago.invoice_event())
    body["invoice"] |= {"total_amount_cents": 148, "currency": "EUR", "updated_at": "2026-08-01T00:00:05Z"}
    body["invoice"] |= changes
    return envelope.decode(json.dumps(body).encode())


def written(kind="invoice", status="created"):
    return Written(
        object=kind,
        lago_id="1",
        netsuite_type="t",
        internal_id="2",
        external_id="x",
        status=status,
    )


def test_a_created_document_brings_its_amount_and_the_moment_lago_finished_it():
    """As Lago said it, in the subunit of its currency."""
    [booked] = booked_amounts.of(event(), Delivered(written=(written(),)))

    finished = datetime(2026, 8, 1, 0, 0, 5, tzinfo=UTC).timestamp()
    assert booked == Booking(
        object="invoice", outcome="created", cents=148, currency="EUR", finalized_s=finished
    )


def test_a_customer_made_on_the_way_has_no_amount():
    """The invoice's amount counts once."""
    booked = list(booked_amounts.of(event(), Delivered(written=(written("customer"), written()))))

    assert [(each.object, each.cents) for each in booked] == [
        ("customer", None),
        ("invoice", 148),
    ]


def test_what_was_there_before_says_nothing_of_how_long_it_took():
    """A repeat or a replay comes long after."""
    [booked] = booked_amounts.of(event(), AlreadyThere(written=(written(status="exists"),)))

    assert (booked.outcome, booked.finalized_s) == ("exists", None)


def test_a_rejected_document_counts_with_its_amount():
    """That is what finance misses in its books."""
    [booked] = booked_amounts.of(event(), Rejected(code="x", message="y"))

    assert (booked.outcome, booked.cents, booked.finalized_s) == ("rejected", 148, None)


def test_what_still_waits_counts_for_nothing():
    assert list(booked_amounts.of(event(), Waiting(on="customer"))) == []


@pytest.mark.parametrize("currency", ["eur", "EURO", "", None, 'E"}', "€€€"])
def test_only_a_currency_becomes_a_label(currency):
    """An event may carry any text, and each would be a series for ever."""
    [booked] = booked_amounts.of(event(currency=currency), Delivered(written=(written(),)))

    assert (booked.cents, booked.currency) == (None, None)


@pytest.mark.parametrize("moment", [None, "", "yesterday", 5, "2026-08-01T00:00:05"])
def test_a_moment_that_cannot_be_read_is_left_out(moment):
    """Neither is one without a time zone."""
    [booked] = booked_amounts.of(event(updated_at=moment, created_at=moment), Delivered(written=(written(),)))

    assert booked.finalized_s is None


def test_any_object_type_becomes_one_of_few():
    """A receipt counts as a payment."""
    assert booked_amounts.object_of("payment_receipt") == "payment"
    assert booked_amounts.object_of("made_up_by_somebody") == "other"


@pytest.mark.parametrize("cents", [-1, 2**53, 10**400])
def test_an_amount_that_no_counter_can_sum_is_none(cents):
    """Lago sends what it computes; the document counts all the same."""
    [booked] = booked_amounts.of(event(total_amount_cents=cents), Delivered(written=(written(),)))

    assert (booked.object, booked.cents, booked.currency) == ("invoice", None, None)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon", 7])
def test_a_moment_at_the_ends_of_time_is_a_moment_or_none(moment):
    """Nothing is raised for what only a histogram wants to know."""
    [booked] = booked_amounts.of(event(updated_at=moment), Delivered(written=(written(),)))

    assert booked.finalized_s is None or isinstance(booked.finalized_s, float)
