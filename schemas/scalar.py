"""
The scalar values of Lago's JSON, as tolerant as Lago is generous and no more.

Lago writes amounts as integers of the currency's subunit (``*_cents``), decimals as strings in plain
notation, rates as JSON numbers, timestamps as ISO 8601 (getlago/lago-api ``app/serializers/v1``).
Enumerations are plain texts here: Lago adds values, and an unknown one is decided by a mapping rule, not by a
schema.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

MAX_CENTS = 10**18
MAX_DECIMAL_MAGNITUDE = 30
RATE_DECIMALS = 5
MIN_YEAR, MAX_YEAR = 1900, 9998


class LagoObject(BaseModel):
    """An object as Lago serialises it; what is not known here is left aside."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


def _zero_when_null(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a flag is no amount")  # noqa: TRY004 - pydantic turns only ValueError into an error
    return 0 if value is None else value


def empty_when_null(value: Any) -> Any:
    return () if value is None else value


def _blank_is_null(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _sane(value: Decimal) -> Decimal:
    # A number such as 1e999999 is legal JSON and would become a megabyte of digits in plain notation.
    if value and abs(value.adjusted()) > MAX_DECIMAL_MAGNITUDE:
        raise ValueError(f"magnitude beyond 1e±{MAX_DECIMAL_MAGNITUDE}")
    return value


def _five_decimals(value: Decimal) -> Decimal:
    # A provider's rate is a double times a hundred: 7.000000000000001 means seven percent.
    if value.is_finite() and -value.as_tuple().exponent > RATE_DECIMALS:  # type: ignore[operator]
        return value.quantize(Decimal(1).scaleb(-RATE_DECIMALS), ROUND_HALF_UP).normalize()
    return value


def _of_this_age(value: datetime) -> datetime:
    # Nearer the ends of the calendar, a change of time zone leaves it, and years lose their four digits.
    if not MIN_YEAR <= value.year <= MAX_YEAR:
        raise ValueError(f"year beyond {MIN_YEAR} to {MAX_YEAR}")
    return value


_WholeCents = Annotated[int, Field(ge=-MAX_CENTS, le=MAX_CENTS)]

Cents = Annotated[_WholeCents, BeforeValidator(_zero_when_null, json_schema_input_type=_WholeCents | None)]
"""An amount in the currency's subunit; see `consumer.mapping.money` for what a subunit is."""

Number = Annotated[Decimal, AfterValidator(_sane)]
"""A decimal exactly as it stood in the JSON text."""

Rate = Annotated[
    Number,
    AfterValidator(_five_decimals),
    BeforeValidator(_zero_when_null, json_schema_input_type=Number | None),
]
"""A percentage, ``19.0``, rounded half up to five decimals (lago-api keeps providers' rates as doubles)."""

Text = Annotated[str | None, BeforeValidator(_blank_is_null)]
"""A text; null, blank and absent mean the same: none."""

Timestamp = Annotated[AwareDatetime, AfterValidator(_of_this_age)] | None
"""A moment with its offset."""

Day = date | None


def utc_text(moment: datetime | None) -> str:
    """A timestamp as ``2026-08-01T00:05:06Z``; empty when there is none. Sorts as text as it does as time."""
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
