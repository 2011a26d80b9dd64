"""
One failure as sentences: which document, for how much, why, and who fixes it where and how.

Who and where come from the table of error codes. Ids are not for sentences: they are shown beside them.
"""

from __future__ import annotations

import re

from consumer.events import document_names
from consumer.failures.failure import Failure
from schemas.error_codes import CATALOGUE, SCRIPT_REFUSED, ErrorCode, row_of
from schemas.error_codes.entry import Mender

WITHOUT_ID = "…"
_UUID = re.compile(r"(?:lago-[a-z]+-)?\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_IN_BRACKETS = re.compile(r" \([^()]*\)$")

_FIXED_BY: dict[Mender, tuple[str, str]] = {
    "finance": ("Finance fixes it", "in NetSuite or Lago"),
    "NetSuite administrator": ("A NetSuite administrator fixes it", "in NetSuite"),
    "connector operator": ("The operator of the connector fixes it", "at the connector"),
    "Lago administrator": ("A Lago administrator fixes it", "in Lago"),
    "nobody: it is tried again": ("Nobody has to fix it, it is tried again", "in NetSuite"),
}


def of(failure: Failure) -> str:
    """What is not in NetSuite and why; then who fixes it, where, and how."""
    who, where = _FIXED_BY[_row(failure).who][0], where_of(failure)
    fix = _without_ids(_fix(failure)).rstrip(".")
    return f"{what_failed(failure)} {who} {where}{fix and f': {fix}'}."


def what_failed(failure: Failure) -> str:
    """The first sentence: the document with customer, amount and date, and the reason."""
    reason = _without_ids(reason_of(failure)).rstrip(".") or failure.code
    return f"{document_of(failure)} is not in NetSuite: {reason}."


def document_of(failure: Failure) -> str:
    """``Invoice ACME-001 of Acme GmbH (59.50 EUR, 2026-07-31)``."""
    if not failure.object:
        source = failure.source
        return f"Record {source.offset} of partition {source.partition} of {source.topic}"
    name = _name(failure)
    whose = failure.customer_name if failure.object != "customer" else ""
    aside = ", ".join(each for each in (amount_of(failure), failure.date) if each)
    named = f"{name}{whose and f' of {whose}'}{aside and f' ({aside})'}"
    return _without_ids(f"{named[:1].upper()}{named[1:]}")


def amount_of(failure: Failure) -> str:
    """The amount with its currency, ``1,059.50 EUR``; empty for none."""
    return f"{failure.amount:,f} {failure.currency or ''}".strip() if failure.amount is not None else ""


def reason_of(failure: Failure) -> str:
    """The message of the refusal without the document that it names first, once or twice."""
    said = document_names.without_subject(failure.message, failure.object, failure.number)
    return said.removeprefix(f"{failure.object.replace('_', ' ')} {failure.number}: ")


def who_fixes(failure: Failure) -> Mender:
    """Who makes the fix, as the table of error codes says."""
    return _row(failure).who


def where_of(failure: Failure) -> str:
    """Where the fix is made: a menu path of NetSuite, a setting, or the system."""
    row = _row(failure)
    if row.menu:
        return f"in NetSuite under {row.menu}"
    if setting := failure.details.get("setting") or _only_gap(failure):
        return f"in connections.yaml under {setting}"
    is_setting = any(each in f"{failure.fix} {row.change}" for each in ("connections.yaml", "mapping."))
    return "in connections.yaml" if is_setting else _FIXED_BY[row.who][1]


def _name(failure: Failure) -> str:
    """The document as its message names it, which says of a payment for which invoices it is."""
    if failure.object == "customer" and failure.customer_name:
        return f"customer {failure.customer_name}"
    kind = failure.object.replace("_", " ")
    named = f"{kind} {failure.number}" if failure.number else f"a {kind}"
    return _IN_BRACKETS.sub("", _subject(failure)) or named


def _only_gap(failure: Failure) -> str:
    return failure.gaps[0].key if len(failure.gaps) == 1 else ""


def _subject(failure: Failure) -> str:
    said = document_names.without_subject(failure.message, failure.object, failure.number)
    return failure.message[: len(failure.message) - len(said)].removesuffix(": ")


def _fix(failure: Failure) -> str:
    menu = _row(failure).menu
    return failure.fix.replace(f" ({menu})", "") if menu else failure.fix


def _row(failure: Failure) -> ErrorCode:
    """The row of NetSuite's own code where the event has it: several rows share one published code."""
    own = row_of(failure.details.get("netsuite_code", ""))
    found = own if own is not None and own.code == failure.code else CATALOGUE.get(failure.code)
    return found or row_of(failure.code) or SCRIPT_REFUSED


def _without_ids(text: str) -> str:
    return _UUID.sub(WITHOUT_ID, text)
