"""Service periods are days in the customer's own time zone."""

import pytest

from tests.support import lago
from tests.support.mapping_results import lines

FROM, TO = "custcol_service_period_date_from", "custcol_service_period_date_to"


def days(fee, *, applicable="Europe/Berlin", own=None, **changes):
    customer = lago.customer(applicable_timezone=applicable, timezone=own)
    line = lines(lago.invoice_event(content=lago.invoice([fee], customer=customer, **changes)))[0]
    return line.get(FROM), line.get(TO)


def fee_from(begins, ends):
    return lago.fee(from_date=begins, to_date=ends)


@pytest.mark.parametrize(
    ("zone", "begins", "ends", "expected"),
    [
        # July in Berlin begins at 22:00 UTC of June; Lago's own integration shows 6/30 to 7/31.
        (
            "Europe/Berlin",
            "2026-06-30T22:00:00+00:00",
            "2026-07-31T21:59:59+00:00",
            ("2026-07-01", "2026-07-31"),
        ),
        # July in New York ends at 03:59 UTC of August; Lago's own integration shows 7/1 to 8/1.
        (
            "America/New_York",
            "2026-07-01T04:00:00+00:00",
            "2026-08-01T03:59:59+00:00",
            ("2026-07-01", "2026-07-31"),
        ),
        ("UTC", "2026-07-01T00:00:00+00:00", "2026-07-31T23:59:59+00:00", ("2026-07-01", "2026-07-31")),
        # March in Berlin begins in winter time and ends in summer time; October the other way round.
        (
            "Europe/Berlin",
            "2026-02-28T23:00:00+00:00",
            "2026-03-31T21:59:59+00:00",
            ("2026-03-01", "2026-03-31"),
        ),
        (
            "Europe/Berlin",
            "2026-09-30T22:00:00+00:00",
            "2026-10-31T22:59:59+00:00",
            ("2026-10-01", "2026-10-31"),
        ),
        (
            "Asia/Kathmandu",
            "2026-06-30T18:15:00+00:00",
            "2026-07-31T18:14:59+00:00",
            ("2026-07-01", "2026-07-31"),
        ),
        (
            "Pacific/Kiritimati",
            "2026-06-30T10:00:00+00:00",
            "2026-07-31T09:59:59+00:00",
            ("2026-07-01", "2026-07-31"),
        ),
    ],
)
def test_a_period_is_the_days_it_has_where_the_customer_is(zone, begins, ends, expected):
    """Daylight saving included."""
    assert days(fee_from(begins, ends), applicable=zone) == expected


NEW_YEAR_IN_BERLIN = ("2025-12-31T23:00:00+00:00", "2026-01-31T22:59:59+00:00")


@pytest.mark.parametrize(
    "unknown", [None, "", "Mars/Olympus", "../../etc/passwd", "Europe", "Europe/Berlin\0"]
)
def test_without_a_known_zone_the_days_are_utcs(unknown):
    """A period a few hours off beats none; no name of a zone can lead out of the zones."""
    assert days(fee_from(*NEW_YEAR_IN_BERLIN), applicable=unknown) == ("2025-12-31", "2026-01-31")


@pytest.mark.parametrize("unknown", [None, "Mars/Olympus"])
def test_the_customers_own_zone_stands_in_for_the_applicable_one(unknown):
    """Lago derives the applicable zone from the customer's own."""
    found = days(fee_from(*NEW_YEAR_IN_BERLIN), applicable=unknown, own="Europe/Berlin")

    assert found == ("2026-01-01", "2026-01-31")


def test_a_commitments_period_is_its_subscriptions_billing_period():
    """Lago gives commitment fees no dates of their own."""
    other = lago.billing_period(
        lago_subscription_id="other", subscription_from_datetime="2020-01-01T00:00:00Z"
    )

    found = days(lago.fee("commitment"), billing_periods=[other, lago.billing_period()])

    assert found == ("2026-07-01", "2026-07-31")


def test_a_commitment_without_a_billing_period_has_no_days():
    """No days rather than those of another subscription."""
    assert days(lago.fee("commitment"), billing_periods=[]) == (None, None)
    assert days(lago.fee("commitment", lago_subscription_id="other")) == (None, None)


def test_a_commitment_that_has_dates_keeps_them():
    """Should Lago begin to send them."""
    fee = lago.fee("commitment", from_date="2026-01-01T12:00:00Z", to_date=None)

    assert days(fee) == ("2026-01-01", None)


def test_credits_have_no_period():
    """A wallet top-up is no service."""
    assert days(lago.fee("credit")) == (None, None)


BERLIN_JULY = {
    "lago_subscription_id": lago.SUBSCRIPTION_ID,
    "charges_from_datetime": "2026-06-30T22:00:00Z",
    "charges_to_datetime": "2026-07-31T21:59:59Z",
}
WHOLE_UTC_DAYS = {"from_date": "2026-06-30T00:00:00+00:00", "to_date": "2026-07-31T23:59:59+00:00"}


@pytest.mark.parametrize("periods", [[BERLIN_JULY], []])
def test_a_charge_paid_in_advance_has_the_days_of_its_local_period(periods):
    """Lago writes whole UTC days, those in which the period begins and ends."""
    fee = lago.fee(pay_in_advance=True, **WHOLE_UTC_DAYS)

    assert days(fee, billing_periods=periods) == ("2026-07-01", "2026-07-31")


def test_a_period_that_begins_in_the_middle_of_a_day_is_known_by_its_moment():
    """A subscription that began on July 10 at 17:00 in Berlin; whole days alone would say July 11."""
    fee = lago.fee(
        pay_in_advance=True, from_date="2026-07-10T00:00:00+00:00", to_date="2026-07-31T23:59:59+00:00"
    )
    period = BERLIN_JULY | {"charges_from_datetime": "2026-07-10T15:00:00Z"}

    assert days(fee, billing_periods=[period]) == ("2026-07-10", "2026-07-31")


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Honolulu"])
def test_a_charge_paid_in_advance_west_of_greenwich_has_its_local_days_too(zone):
    """There a local day ends within the next UTC day."""
    fee = lago.fee(
        pay_in_advance=True, from_date="2026-07-01T00:00:00+00:00", to_date="2026-08-01T23:59:59+00:00"
    )

    assert days(fee, applicable=zone, billing_periods=[]) == ("2026-07-01", "2026-07-31")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "UTC"])
def test_the_days_of_a_one_off_are_its_own_in_any_zone(zone):
    """As Lago's own PDF shows them."""
    fee = lago.fee(
        "add_on", "setup", from_date="2026-08-10T00:00:00+00:00", to_date="2026-08-11T23:59:59+00:00"
    )

    assert days(fee, applicable=zone) == ("2026-08-10", "2026-08-11")
