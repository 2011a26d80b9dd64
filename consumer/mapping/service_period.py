"""The days a line's service began and ended, in the customer's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.customer import Customer
from schemas.fee import Fee
from schemas.invoice import Invoice

FROM = "custcol_service_period_date_from"
TO = "custcol_service_period_date_to"


def zone_of(customer: Customer | None) -> tzinfo:
    """The customer's zone as Lago applies it; UTC when Lago names none that exists."""
    names = (customer.applicable_timezone, customer.timezone) if customer else ()
    for name in filter(None, names):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return UTC


def of_fee(fee: Fee, invoice: Invoice, zone: tzinfo) -> dict[str, str]:
    """
    The two date columns of a fee's line, ISO; empty for fees without a period.

    Commitments carry no dates of their own: theirs is the billing period of their subscription.
    """
    begins, ends = fee.from_date, fee.to_date
    if fee.item.type == "commitment" and begins is None and ends is None:
        periods = [p for p in invoice.billing_periods if p.lago_subscription_id == fee.lago_subscription_id]
        if periods:
            begins, ends = periods[0].subscription_from_datetime, periods[0].subscription_to_datetime
    return _column(FROM, begins, zone) | _column(TO, ends, zone)


def _column(name: str, moment: datetime | None, zone: tzinfo) -> dict[str, str]:
    return {} if moment is None else {name: moment.astimezone(zone).date().isoformat()}
