"""
The scalar types of Lago's JSON.

Lago writes amounts as integers of the currency's subunit (``*_cents``), decimals as strings in plain
notation, rates as JSON numbers, timestamps as ISO 8601 (getlago/lago-api ``app/serializers/v1``).
Enumerations are plain text here: Lago adds values, and a mapping rule decides about an unknown one, not the
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
    """An object as Lago serialises it; unknown members are ignored."""

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
    # A number such as 1e999999 is valid JSON and would become a megabyte of digits in plain notation.
    if value and abs(value.adjusted()) > MAX_DECIMAL_MAGNITUDE:
        raise ValueError(f"magnitude beyond 1e±{MAX_DECIMAL_MAGNITUDE}")
    return value


def _five_decimals(value: Decimal) -> Decimal:
    # A tax provider's rate is a double times 100: 7.000000000000001 means seven percent.
    if value.is_finite() and -value.as_tuple().exponent > RATE_DECIMALS:  # type: ignore[operator]
        return value.quantize(Decimal(1).scaleb(-RATE_DECIMALS), ROUND_HALF_UP).normalize()
    return value


def _of_this_age(value: datetime) -> datetime:
    # Close to the years 1 and 9999 a conversion of the time zone overflows, and years have not four digits.
    if not MIN_YEAR <= value.year <= MAX_YEAR:
        raise ValueError(f"year beyond {MIN_YEAR} to {MAX_YEAR}")
    return value


_WholeCents = Annotated[int, Field(ge=-MAX_CENTS, le=MAX_CENTS)]

Cents = Annotated[_WholeCents, BeforeValidator(_zero_when_null, json_schema_input_type=_WholeCents | None)]
"""An amount in the currency's subunit, which `consumer.mapping.money` defines; null means 0."""

Number = Annotated[Decimal, AfterValidator(_sane)]
"""A decimal with exactly the digits of the JSON text."""

Rate = Annotated[
    Number,
    AfterValidator(_five_decimals),
    BeforeValidator(_zero_when_null, json_schema_input_type=Number | None),
]
"""A percentage, ``19.0``, rounded half up to five decimals (lago-api stores providers' rates as doubles)."""

Text = Annotated[str | None, BeforeValidator(_blank_is_null)]
"""A text; null, blank and absent all become None."""

Timestamp = Annotated[AwareDatetime, AfterValidator(_of_this_age)] | None
"""A timestamp with its offset from UTC."""

Day = date | None


def utc_text(moment: datetime | None) -> str:
    """A timestamp as ``2026-08-01T00:05:06Z``, which sorts in the order of time; empty for None."""
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
