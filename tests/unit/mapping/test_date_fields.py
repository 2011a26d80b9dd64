"""Native date fields get days; expressions know the days of a line's service in the customer's zone."""

import pytest

from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.mapping_results import columns, lines

BERLIN = lago.customer(timezone="Europe/Berlin", applicable_timezone="Europe/Berlin")
JULY = {"from_date": "2026-06-30T22:00:00+00:00", "to_date": "2026-07-31T21:59:59+00:00"}


def with_fields(kind, **fields):
    return connection(mapping=FULL_MAPPING | {"fields": {kind: fields}})


def first_line(expr, field="revrecstartdate", **dates):
    event = lago.invoice_event(content=lago.invoice([lago.fee(**(JULY | dates))]), customer=BERLIN)
    return lines(event, with_fields("invoice_line", **{field: {"expr": expr}}))[0].get(field)


@pytest.mark.parametrize("expr", ["fee.from_day", "fee.from_date"])
def test_revenue_begins_on_the_first_day_of_the_service(expr):
    """The moment in UTC is the evening before in Berlin's July."""
    assert first_line(expr) == "2026-07-01"


@pytest.mark.parametrize("expr", ["fee.to_day", "fee.to_date"])
def test_revenue_ends_on_the_last_day_of_the_service(expr):
    assert first_line(expr, "revrecenddate") == "2026-07-31"


def test_whole_utc_days_are_the_days_of_the_lines_own_period():
    """What is paid in advance spans UTC days, whatever the zone (as the service period columns have it)."""
    paid = {"from_date": "2026-06-30T00:00:00+00:00", "to_date": "2026-07-31T23:59:59+00:00"}

    assert first_line("fee.from_date", **paid) == first_line("fee.from_day", **paid)


def test_a_fee_without_a_period_has_no_days():
    """The field is left out, as with any null."""
    assert first_line("fee.from_day", from_date=None, to_date=None) is None


def test_other_moments_are_days_where_the_customer_lives():
    """Native date fields of the header too."""
    connection_ = with_fields("invoice", saleseffectivedate={"expr": "event.created_at"})
    event = lago.invoice_event(
        customer=BERLIN | {"applicable_timezone": "Pacific/Auckland"}, created_at="2026-07-31T12:30:00Z"
    )

    assert columns(event, connection_)["saleseffectivedate"] == "2026-08-01"


def test_a_text_field_keeps_the_moment():
    """Only NetSuite's own date fields are known to hold days."""
    assert first_line("fee.from_date", "custcol_began") == JULY["from_date"]


def test_what_only_looks_like_a_moment_is_sent_as_it_is():
    """NetSuite, or the script, says what is wrong with it."""
    assert first_line("'2026-99-99T00:00:00'") == "2026-99-99T00:00:00"


def test_a_discount_line_has_no_days():
    """An expression that asks for them is no mistake there."""
    content = lago.invoice([lago.fee(**JULY)], discounts=lago.Discounts(coupons=500))
    connection_ = with_fields("invoice_line", revrecstartdate={"expr": "fee.from_day"})

    found = lines(lago.invoice_event(content=content, customer=BERLIN), connection_)

    assert "revrecstartdate" in found[0]
    assert "revrecstartdate" not in found[-1]


def test_a_credited_fee_has_the_days_of_its_service():
    """A note names fees, and no billing periods."""
    item = lago.credit_note_item()
    note = lago.credit_note(customer=BERLIN, items=[item | {"fee": item["fee"] | JULY}])
    value = lago.body(lago.event("credit_note.created", note))

    found = lines(value, with_fields("credit_note_line", revrecstartdate={"expr": "fee.from_day"}))

    assert found[0]["revrecstartdate"] == "2026-07-01"
