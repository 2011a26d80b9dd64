"""Scalars are accepted in all forms that Lago writes, and in no others."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from pydantic import ValidationError

from schemas import wire
from schemas.customer import Customer
from schemas.fee import Fee
from schemas.invoice import Invoice
from schemas.scalar import utc_text
from tests.support import lago


def read(model, content, **changes):
    return model.model_validate(wire.loads(json.dumps(content | changes)))


def test_the_whole_of_an_invoice_is_read():
    """A complete body of Lago, with all that is not known here, is an invoice."""
    invoice = read(Invoice, lago.invoice(lago.every_fee_type(tax_rate=19)))

    assert invoice.number == "ACM-3F21-202608-057"
    assert invoice.customer is not None
    assert invoice.customer.lago_id == lago.CUSTOMER_ID
    assert [fee.item.type for fee in invoice.fees or ()] == list(lago.ITEM_TYPES)
    assert invoice.applied_taxes[0].tax_rate == Decimal(19)


def test_fields_that_lago_adds_next_month_are_left_aside():
    """An unknown field changes nothing, on no level."""
    novel = {"novelty": {"deep": [1, 2]}}
    content = lago.invoice([lago.fee(item=novel) | novel], customer=lago.customer(**novel)) | novel

    assert read(Invoice, content) == read(Invoice, lago.invoice())


def test_enumeration_values_that_lago_adds_next_month_are_texts():
    """What an unknown value means is decided by a rule, not by the schema."""
    invoice = read(Invoice, lago.invoice([lago.fee("subsidy")]), invoice_type="usage", status="parked")

    assert (invoice.invoice_type, invoice.status) == ("usage", "parked")
    assert invoice.fees is not None
    assert invoice.fees[0].item.type == "subsidy"


@pytest.mark.parametrize("blank", [None, "", "  \n"])
def test_blank_and_null_texts_mean_the_same(blank):
    """Lago writes both for a field that a user has emptied."""
    assert read(Customer, lago.customer(), email=blank).email is None


def test_lists_that_lago_leaves_out_or_nulls_are_empty():
    """One-off invoices have neither subscriptions nor credits."""
    content = lago.invoice()
    del content["subscriptions"]

    invoice = read(Invoice, content, credits=None)

    assert (invoice.subscriptions, invoice.credits) == ((), ())


def test_an_absent_list_of_fees_is_not_an_empty_one():
    """A body without fees is incomplete; one with none has nothing to book."""
    content = lago.invoice()
    del content["fees"]

    assert read(Invoice, content).fees is None
    assert read(Invoice, content, fees=[]).fees == ()


def test_a_null_amount_is_zero():
    """Historical invoices carry null where newer ones carry 0."""
    assert read(Invoice, lago.invoice(), coupons_amount_cents=None).coupons_amount_cents == 0


@pytest.mark.parametrize("wrong", [True, 10.5, "ten", 10**19, -(10**19), [], {}])
def test_what_is_no_whole_amount_is_refused(wrong):
    """A flag, a fraction or a number beyond all money is not turned into one."""
    with pytest.raises(ValidationError, match="total_amount_cents"):
        read(Invoice, lago.invoice(), total_amount_cents=wrong)


def test_decimals_come_digit_for_digit_from_the_text():
    """Thirty digits in, thirty digits out."""
    digits = "0.000000000000123456789012345678"

    assert read(Fee, lago.fee(), precise_unit_amount=digits).precise_unit_amount == Decimal(digits)


@pytest.mark.parametrize("wrong", ["1e31", "1e-31", "NaN", "Infinity", "ten", True])
def test_numbers_beyond_all_billing_are_refused(wrong):
    """1e999999 is legal JSON and a megabyte of digits in plain notation."""
    with pytest.raises(ValidationError, match="units"):
        read(Fee, lago.fee(), units=wrong)


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00+14:00", "0012-05-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-08-01T00:00:00"],
)
def test_moments_that_no_calendar_of_ours_can_shift_are_refused(moment):
    """A moment needs its offset, and years that stay years in every time zone."""
    with pytest.raises(ValidationError, match="updated_at"):
        read(Customer, lago.customer(), updated_at=moment)
    with pytest.raises(ValidationError, match="from_date"):
        read(Fee, lago.fee(), from_date=moment)


def test_moments_are_written_in_utc_so_that_texts_sort_as_moments_do():
    """The version of a record is compared as text by the RESTlet."""
    berlin = datetime(2026, 8, 1, 1, 5, 6, tzinfo=timezone(timedelta(hours=2)))

    assert utc_text(berlin) == "2026-07-31T23:05:06Z"
    assert utc_text(berlin) < utc_text(datetime(2026, 7, 31, 23, 5, 7, tzinfo=UTC))
    assert utc_text(None) == ""


@pytest.mark.parametrize("missing", ["lago_id", "external_id"])
def test_a_customer_without_an_id_is_none(missing):
    """Without them nothing can be found again."""
    content = lago.customer()
    del content[missing]

    with pytest.raises(ValidationError, match=missing):
        read(Customer, content)
