"""
NetSuite's limits for text fields, and how values are changed to fit before they are sent.

NetSuite refuses a whole record for one text that is too long or malformed. Text is cut, a contact field that
would be refused is left out, and the result has a warning for either. Amounts, accounts, items, taxes, dates
and references are in no table here: they are sent unchanged, or not at all.

Lengths and formats: Oracle's Records Browser and field help where they state one, else public integrations
(https://system.netsuite.com/help/helpcenter/en_US/srbrowser/Browser2024_2/script/record/customer.html).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

TEXT_CUT = "LAGO_TEXT_CUT"
FIELD_LEFT_OUT = "LAGO_FIELD_LEFT_OUT"

LEAST_PHONE_DIGITS = 7

_EMAIL = re.compile(r"[^@\s,;:<>()\[\]\"\\]+@[^@\s,;:<>()\[\]\"\\]+\.[^@\s,;:<>()\[\]\"\\.]{2,}")
_WEB_ADDRESS = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLimit:
    """
    The limit of one field.

    Attributes:
        max_chars: characters, not bytes.
        is_whole: a value that is too long is left out instead of cut, as for an e-mail address.
        fault: returns the error of a value; None when it is valid.
    """

    max_chars: int
    is_whole: bool = False
    fault: Callable[[str], str | None] = lambda _: None


def _email_fault(value: str) -> str | None:
    return None if _EMAIL.fullmatch(value) else "is no e-mail address"


def _phone_fault(value: str) -> str | None:
    digits = sum(char.isdigit() for char in value)
    return None if digits >= LEAST_PHONE_DIGITS else f"has fewer than {LEAST_PHONE_DIGITS} digits"


def _web_address_fault(value: str) -> str | None:
    return None if _WEB_ADDRESS.fullmatch(value) else "does not begin with http:// or https://"


def _country_fault(value: str) -> str | None:
    return None if _COUNTRY.fullmatch(value) else "is no ISO 3166 code of two letters"


_EMAIL_LIMIT = TextLimit(max_chars=254, is_whole=True, fault=_email_fault)

CUSTOMER: Mapping[str, TextLimit] = {
    "entityid": TextLimit(max_chars=83),
    "companyname": TextLimit(max_chars=83),
    "firstname": TextLimit(max_chars=30),  # NetSuite accepts 32; Lago's own payload cuts at 30
    "lastname": TextLimit(max_chars=30),
    "email": _EMAIL_LIMIT,
    "phone": TextLimit(max_chars=32, fault=_phone_fault),
    "url": TextLimit(max_chars=100, is_whole=True, fault=_web_address_fault),
    "comments": TextLimit(max_chars=4_000),
}
ADDRESS: Mapping[str, TextLimit] = {
    "country": TextLimit(max_chars=2, is_whole=True, fault=_country_fault),
    "attention": TextLimit(max_chars=83),
    "addressee": TextLimit(max_chars=83),
    "addr1": TextLimit(max_chars=150),
    "addr2": TextLimit(max_chars=150),
    "addr3": TextLimit(max_chars=150),
    "city": TextLimit(max_chars=50),
    "state": TextLimit(max_chars=30),
    "zip": TextLimit(max_chars=36),
}
TRANSACTION: Mapping[str, TextLimit] = {
    "tranid": TextLimit(max_chars=45),
    "otherrefnum": TextLimit(max_chars=45),
    "checknum": TextLimit(max_chars=45),
    "memo": TextLimit(max_chars=999),
    "email": _EMAIL_LIMIT,
    "lago_plan_codes": TextLimit(max_chars=300),
}
LINE: Mapping[str, TextLimit] = {"description": TextLimit(max_chars=4_000)}


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """A record within NetSuite's limits, and a warning for each change."""

    record: dict[str, Any]
    warnings: tuple[str, ...] = ()


def fit(record: dict[str, Any]) -> Fitted:
    """The record with every text within its limit: itself where all are, else a copy."""
    warnings: list[str] = []
    body = CUSTOMER if record.get("type") == "customer" else TRANSACTION
    fitted = dict(record)
    if "columns" in record:
        fitted["columns"] = _fit_values(record["columns"], body, "", warnings)
    if "lines" in record:
        fitted["lines"] = [_fit_sublist(sublist, warnings) for sublist in record["lines"]]
    return Fitted(record=fitted if warnings else record, warnings=tuple(warnings))


def _fit_sublist(sublist: Mapping[str, Any], warnings: list[str]) -> Mapping[str, Any]:
    before, lines = len(warnings), enumerate(sublist["lineItems"], start=1)
    fitted = [_fit_line(line, n, warnings) for n, line in lines]
    return {**sublist, "lineItems": fitted} if len(warnings) > before else sublist


def _fit_line(line: Mapping[str, Any], number: int, warnings: list[str]) -> Mapping[str, Any]:
    fitted = _fit_values(line, LINE, f"line {number}: ", warnings)
    address = line.get("subObject")
    if not isinstance(address, dict):
        return fitted
    return {**fitted, "subObject": _fit_values(address, ADDRESS, "address: ", warnings)}


def _fit_values(
    values: Mapping[str, Any], limits: Mapping[str, TextLimit], prefix: str, warnings: list[str]
) -> Mapping[str, Any]:
    # Nearly all records fit; of their many values only those with a limit are looked at.
    for name, limit in limits.items():
        value = values.get(name)
        if isinstance(value, str) and (len(value) > limit.max_chars or limit.fault(value) is not None):
            return dict(_fitting(values, limits, prefix, warnings))
    return values


def _fitting(
    values: Mapping[str, Any], limits: Mapping[str, TextLimit], prefix: str, warnings: list[str]
) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        limit = limits.get(name)
        if limit is None or not isinstance(value, str):
            yield name, value
        elif (fault := _fault(value, limit)) is not None:
            warnings.append(f"{FIELD_LEFT_OUT} {name} {prefix}{fault}")
        elif len(value) > limit.max_chars:
            warnings.append(f"{TEXT_CUT} {name} {prefix}{len(value)} characters cut to {limit.max_chars}")
            yield name, value[: limit.max_chars].rstrip()
        else:
            yield name, value


def _fault(value: str, limit: TextLimit) -> str | None:
    if (fault := limit.fault(value)) is not None:
        return fault
    is_too_long = limit.is_whole and len(value) > limit.max_chars
    return f"has {len(value)} characters, more than {limit.max_chars}" if is_too_long else None
