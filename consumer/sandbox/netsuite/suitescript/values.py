"""Convert values between scripts, fields and the books."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from consumer.sandbox.netsuite.profile import FieldKind, Profile
from consumer.sandbox.netsuite.suitescript.errors import ScriptError, invalid_value
from consumer.sandbox.netsuite.suitescript.fields import Field

Value = str | bool | Decimal | date | None
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
_SIGNIFICANT_CHARACTERS = 15  # getlago/lago-api limits numbers to this; NetSuite refused longer ones
_QUANTITY_LIMIT = Decimal(10_000_000_000)  # getlago/lago-api NS_QUANTITY_LIMIT
_QUANTA = tuple(Decimal(1).scaleb(-decimals) for decimals in range(12))
_RATE_DECIMALS = 8  # getlago/lago-api pull request 2874


def coerce(field: Field, raw: Any, profile: Profile) -> Value:
    """
    The value of a field after a script has set it to `raw`.

    Raises:
        ScriptError: INVALID_FLD_VALUE, EXCEEDED_MAX_FIELD_LENGTH or STORAGE_LIMIT_EXCEEDED.
    """
    if raw is None or raw == "":
        return None
    return _COERCIONS[field.kind](field, raw, profile)


def _checkbox(field: Field, raw: Any, _: Profile) -> bool:
    if isinstance(raw, bool):
        return raw
    if raw in ("T", "F"):
        return bool(raw == "T")
    raise invalid_value(field.id, raw)


def _radio(field: Field, raw: Any, _: Profile) -> str:
    # A radio field accepts the values of its options; booleans are not among them.
    if raw in ("T", "F"):
        return str(raw)
    raise invalid_value(field.id, raw)


def _text(field: Field, raw: Any, _: Profile) -> str:
    if isinstance(raw, bool) or not isinstance(raw, (str, int, Decimal)):
        raise invalid_value(field.id, raw)
    text = str(raw)
    if field.max_length is not None and len(text) > field.max_length:
        limit = f"the maximum number ( {field.max_length} ) of characters allowed"
        message = f"The field {field.id} contained more than {limit}."
        raise ScriptError("EXCEEDED_MAX_FIELD_LENGTH", message)
    return text


def _number(field: Field, raw: Any, _: Profile) -> Decimal:
    number = _decimal(field, raw)
    if field.id == "quantity" and abs(number) >= _QUANTITY_LIMIT:
        raise ScriptError("STORAGE_LIMIT_EXCEEDED", "The number you entered is too large.")
    parts = number.as_tuple()
    if max(len(parts.digits), number.adjusted() + 1) > _SIGNIFICANT_CHARACTERS:
        raise invalid_value(field.id, raw)
    is_long = field.id == "rate" and -int(parts.exponent) > _RATE_DECIMALS
    return rounded(number, _RATE_DECIMALS) if is_long else number


def _decimal(field: Field, raw: Any) -> Decimal:
    if isinstance(raw, Decimal):
        return raw
    if isinstance(raw, bool) or not isinstance(raw, (str, int)) or not _PLAIN_NUMBER.fullmatch(str(raw)):
        raise invalid_value(field.id, raw)
    return Decimal(raw)


def _date(field: Field, raw: Any, profile: Profile) -> date:
    if isinstance(raw, Mapping) and "$date" in raw:
        return _day_of(raw["$date"], profile)
    found = day_of_text(str(raw), profile)
    if found is None:
        raise invalid_value(field.id, raw)
    return found


def day_of_text(text: str, profile: Profile) -> date | None:
    """The date of a text in the user's format; None when it is not a date."""
    parts = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    if parts is None:
        return None
    first, second, year = (int(part) for part in parts.groups())
    month, day = (second, first) if is_day_first(profile) else (first, second)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def text_of_day(day: date, profile: Profile) -> str:
    """A date in the user's format, as in search results."""
    month_first = f"{day.month}/{day.day}/{day.year}"
    return f"{day.day}/{day.month}/{day.year}" if is_day_first(profile) else month_first


def is_day_first(profile: Profile) -> bool:
    """Whether the user's date format has the day before the month."""
    return profile.preferences.get("DATEFORMAT", "M/D/YYYY").startswith("D")


def _day_of(epoch_ms: Any, profile: Profile) -> date:
    # A timestamp becomes a date in the server's time zone: midnight UTC is the day before in Pacific time.
    zone = timezone(timedelta(hours=profile.switches.utc_offset_h))
    return datetime.fromtimestamp(float(epoch_ms) / 1000, zone).date()


def rounded(number: Decimal, decimals: int) -> Decimal:
    """A number with that many decimals, rounded half away from zero."""
    return number.quantize(_QUANTA[decimals], ROUND_HALF_UP)


def for_script(value: Value) -> Any:
    """The JSON of a value for JavaScript; an empty field is an empty string there."""
    if isinstance(value, str | bool):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return "" if value is None else {"$day": [value.year, value.month, value.day]}


def for_books(value: Value) -> Any:
    """The JSON of a value in the books: decimal strings, ISO dates."""
    if value is None or isinstance(value, str | bool):
        return value
    return f"{value:f}" if isinstance(value, Decimal) else value.isoformat()


def from_books(kind: FieldKind, kept: Any) -> Value:
    """The value of a field from the form of `for_books`."""
    if kept is None or isinstance(kept, bool):
        return kept
    if kind in ("currency", "float", "percent", "integer"):
        return Decimal(kept)
    return date.fromisoformat(kept) if kind == "date" else str(kept)


_COERCIONS: Mapping[FieldKind, Callable[[Field, Any, Profile], Value]] = {
    "checkbox": _checkbox,
    "radio": _radio,
    "date": _date,
    **dict.fromkeys(("currency", "float", "percent", "integer"), _number),
    **dict.fromkeys(("text", "textarea", "url", "email", "phone", "select"), _text),
}
