"""The operators of search filters: the kinds of fields that allow each, and what each compares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.suitescript import moments
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.values import day_of_text

Test = Callable[[str], bool]
"""Returns whether a value, as text, matches a filter."""

_EITHER = frozenset({"isempty", "isnotempty"})
# Public scripts use `is` with one key as often as `anyof`.
_OF_LISTS = frozenset({"anyof", "noneof", "is"})
_OF_TEXTS = _EITHER | {
    "any", "is", "isnot", "contains", "doesnotcontain", "startswith", "doesnotstartwith", "haskeywords",
    "equalto",
}  # fmt: skip
_OF_NUMBERS = _EITHER | {
    "any", "equalto", "notequalto", "between", "notbetween", "greaterthan", "greaterthanorequalto",
    "lessthan", "lessthanorequalto", "notgreaterthan", "notgreaterthanorequalto", "notlessthan",
    "notlessthanorequalto",
}  # fmt: skip
_OF_DATES = _EITHER | {
    "on", "noton", "after", "before", "onorafter", "onorbefore", "notafter", "notbefore", "notonorafter",
    "notonorbefore", "within", "notwithin",
}  # fmt: skip
_NUMBERS = frozenset({"currency", "currency2", "float", "integer", "percent", "rate", "posfloat"})
_MOMENTS = frozenset({"datetime", "datetimetz"})
_DAYS = _MOMENTS | {"date"}
_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "after": lambda left, right: bool(left > right),
    "onorafter": lambda left, right: bool(left >= right),
    "before": lambda left, right: bool(left < right),
    "onorbefore": lambda left, right: bool(left <= right),
    "on": lambda left, right: bool(left == right),
    "equalto": lambda left, right: bool(left == right),
    "greaterthan": lambda left, right: bool(left > right),
    "greaterthanorequalto": lambda left, right: bool(left >= right),
    "lessthan": lambda left, right: bool(left < right),
    "lessthanorequalto": lambda left, right: bool(left <= right),
}


def of_kind(kind: str) -> frozenset[str]:
    """The operators that a filter of that kind takes."""
    match kind:
        case "select" | "multiselect" | "period":
            return _OF_LISTS
        case "checkbox":
            return frozenset({"is"})
        case _ if kind in _NUMBERS:
            return _OF_NUMBERS
        case _ if kind in _DAYS:
            return _OF_DATES
        case _:
            return _OF_TEXTS


def test_of(kind: str, operator: str, wanted: list[str], profile: Profile) -> Test:
    """
    The test of a value for an operator that is in `of_kind`.

    Raises:
        ScriptError: SSS_INVALID_SRCH_FILTER_VAL for a value that is no number or day, or that is not there.
    """
    match operator:
        case "isempty":
            return lambda text: not text
        case "isnotempty" | "any":
            return bool
    if kind in _NUMBERS:
        return _compared(operator, [_number(text) for text in wanted], _number)
    if kind in _MOMENTS:
        return _compared(operator, [_moment(text, profile) for text in wanted], _moment_of_value)
    if kind in _DAYS:
        return _compared(operator, [_day(text, profile) for text in wanted], date.fromisoformat)
    return _of_text(operator, [text.lower() for text in wanted])


def _of_text(operator: str, wanted: list[str]) -> Test:
    if operator in ("is", "anyof", "equalto"):
        return lambda text: text.lower() in wanted
    if operator in ("isnot", "noneof"):
        return lambda text: text.lower() not in wanted
    sought = _first(wanted)
    match operator:
        case "startswith":
            return lambda text: text.lower().startswith(sought)
        case "doesnotstartwith":
            return lambda text: not text.lower().startswith(sought)
        case "doesnotcontain":
            return lambda text: sought not in text.lower()
        case _:
            return lambda text: sought in text.lower()


def _compared(operator: str, wanted: list[Any], read: Callable[[str], Any]) -> Test:
    if operator.startswith("not"):
        opposite = _compared(operator.removeprefix("not"), wanted, read)
        return lambda text: bool(text) and not opposite(text)
    first = _first(wanted)
    if operator in ("between", "within"):
        last = wanted[-1]
        return lambda text: bool(text) and bool(first <= read(text) <= last)
    compare = _ORDERED[operator]
    return lambda text: bool(text) and compare(read(text), first)


def _first(wanted: list[Any]) -> Any:
    if not wanted:
        raise ScriptError("SSS_INVALID_SRCH_FILTER_VAL", "The search filter has no value.")
    return wanted[0]


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ScriptError("SSS_INVALID_SRCH_FILTER_VAL", f"{text} is no number.") from None


def _moment(text: str, profile: Profile) -> datetime:
    moment = moments.of_text(text, profile)
    if moment is None:
        raise ScriptError("SSS_INVALID_SRCH_FILTER_VAL", f"{text} is no moment in the user's format.")
    return moment


def _moment_of_value(text: str) -> datetime:
    return moments.to_the_minute(datetime.fromisoformat(text))


def _day(text: str, profile: Profile) -> date:
    day = day_of_text(text, profile)
    if day is None:
        raise ScriptError("SSS_INVALID_SRCH_FILTER_VAL", f"{text} is no date in the user's format.")
    return day
