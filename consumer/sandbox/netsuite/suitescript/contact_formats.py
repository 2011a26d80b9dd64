"""
Formats of phone numbers, e-mail and web addresses and postal codes, checked when a customer is saved.

NetSuite's form refuses phone numbers of fewer than seven digits; whether its servers do so is not documented,
so the setting ``contact_formats`` of a profile switches all checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript.errors import invalid_value
from consumer.sandbox.netsuite.suitescript.open_record import ADDRESS_FIELD, Draft

_PHONE = re.compile(r"(?:\D*\d){7,}.*", re.DOTALL)
_CHECKS: Mapping[str, re.Pattern[str]] = {
    "phone": _PHONE,
    "altphone": _PHONE,
    "fax": _PHONE,
    "email": re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]{2,}"),
    "url": re.compile(r"https?://\S+", re.IGNORECASE),
}
_ZIPS: Mapping[str, re.Pattern[str]] = {
    "US": re.compile(r"\d{5}(-\d{4})?"),
    "CA": re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d", re.IGNORECASE),
    "DE": re.compile(r"\d{5}"),
}


def check(account: Account, draft: Draft) -> None:
    """Raise INVALID_FLD_VALUE for the first value that the account does not accept."""
    if account.profile.switches.contact_formats == "free":
        return
    for field_id, pattern in _CHECKS.items():
        value = draft.body.text(field_id)
        if value and not pattern.fullmatch(value):
            raise invalid_value(field_id, value)
    for country, postal_code in _postal_codes(draft):
        if country in _ZIPS and not _ZIPS[country].fullmatch(postal_code):
            raise invalid_value("zip", postal_code)


def _postal_codes(draft: Draft) -> Iterator[tuple[str, str]]:
    for line in draft.sublists["addressbook"]:
        address = line.subrecords.get(ADDRESS_FIELD)
        if address is not None and address.text("zip"):
            yield address.text("country") or "", address.text("zip") or ""
