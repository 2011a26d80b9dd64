"""The first and last day of a line's service period, in the customer's time zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from consumer.config.connection import Connection
from schemas.customer import Customer
from schemas.fee import Fee
from schemas.invoice import BillingPeriod, Invoice

FROM = "custcol_service_period_date_from"
TO = "custcol_service_period_date_to"

_LAST_SECOND = time(23, 59, 59)
_TO_LAST_SECOND = timedelta(hours=23, minutes=59, seconds=59)


def zone_of(customer: Customer | None, connection: Connection, otherwise: str | None = None) -> tzinfo:
    """The customer's time zone as Lago applies it, else `otherwise`, else the connection's."""
    names = (customer.applicable_timezone, customer.timezone) if customer else ()
    return next(filter(None, map(zone_named, (*names, otherwise, connection.time_zone))), UTC)


def zone_named(name: str | None) -> tzinfo | None:
    """The time zone with an IANA name; None when there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def of_fee(fee: Fee, invoice: Invoice | None, zone: tzinfo) -> dict[str, str]:
    """
    The two date columns of a fee's line, ISO; empty for fees without a period.

    Lago writes the timestamps of a billing period, and whole UTC days for fees paid in advance (lago-api
    ``Fees::CreatePayInAdvanceService``) and for one-off add-ons. For an add-on these days are the dates, as
    in Lago's PDF; for a charge they are the UTC days in which its local period begins and ends.
    """
    begins, ends = _bounds(fee, invoice)
    if begins is None or ends is None or not _are_whole_utc_days(begins, ends):
        return _column(FROM, begins and _day(begins, zone)) | _column(TO, ends and _day(ends, zone))
    if fee.item.type == "add_on":
        return _column(FROM, _day(begins, UTC)) | _column(TO, _day(ends, UTC))
    return _column(FROM, _first_day(begins, fee, invoice, zone)) | _column(
        TO, _last_day(ends, fee, invoice, zone)
    )


def for_expressions(dates: Mapping[str, str]) -> dict[str, str | None]:
    """The days of `of_fee` as expressions know them: ``fee.from_day`` and ``fee.to_day``, or null."""
    return {"from_day": dates.get(FROM), "to_day": dates.get(TO)}


def _bounds(fee: Fee, invoice: Invoice | None) -> tuple[datetime | None, datetime | None]:
    """The fee's own bounds; for a commitment without dates, the billing period of its subscription."""
    if fee.item.type != "commitment" or fee.from_date is not None or fee.to_date is not None:
        return fee.from_date, fee.to_date
    period = next(_periods_of(fee, invoice), None)
    return (
        (None, None)
        if period is None
        else (period.subscription_from_datetime, period.subscription_to_datetime)
    )


def _periods_of(fee: Fee, invoice: Invoice | None) -> Iterator[BillingPeriod]:
    periods = invoice.billing_periods if invoice is not None else ()
    return (one for one in periods if one.lago_subscription_id == fee.lago_subscription_id)


def _are_whole_utc_days(begins: datetime, ends: datetime) -> bool:
    return _time(begins) == time.min and _time(ends) >= _LAST_SECOND


def _time(moment: datetime) -> time:
    return moment.astimezone(UTC).time()


def _first_day(begins: datetime, fee: Fee, invoice: Invoice | None, zone: tzinfo) -> date:
    """The local day that begins within that UTC day, or that of a billing period that begins in it."""
    utc_day = _day(begins, UTC)
    known = (one.charges_from_datetime for one in _periods_of(fee, invoice))
    exact = next((moment for moment in known if moment and _day(moment, UTC) == utc_day), None)
    return _day(exact or begins + _TO_LAST_SECOND, zone)


def _last_day(ends: datetime, fee: Fee, invoice: Invoice | None, zone: tzinfo) -> date:
    """The local day that ends within that UTC day, or that of a billing period that ends in it."""
    utc_day = _day(ends, UTC)
    known = (one.charges_to_datetime for one in _periods_of(fee, invoice))
    exact = next((moment for moment in known if moment and _day(moment, UTC) == utc_day), None)
    return _day(exact or ends - _TO_LAST_SECOND, zone)


def _day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def _column(name: str, day: date | None) -> dict[str, str]:
    return {} if day is None else {name: day.isoformat()}
