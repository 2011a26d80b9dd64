"""Why documents differ: what has failed, what waits, and what is missing beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from consumer.failures.failure import Failure
from consumer.reconcile.difference import Difference, name_of
from consumer.reconcile.expected import Expected, Kind, external_id
from schemas.error_mark import ErrorMark
from schemas.waiting import WaitingRecord

Causes = Mapping[tuple[Kind, str], str]
"""Why a document is not in NetSuite as it should be, by kind and Lago's id."""

KINDS: tuple[Kind, ...] = ("customer", "invoice", "credit_note", "payment")
_OBJECTS: Mapping[str, Kind] = {**{kind: kind for kind in KINDS}, "payment_receipt": "payment"}


def known_causes(
    connection: str,
    failures: Iterable[Failure],
    waiting: Iterable[WaitingRecord],
    closed: Iterable[tuple[Failure, ErrorMark]] = (),
) -> dict[tuple[Kind, str], str]:
    """The causes of one connection, later ones last: closed failures, open ones, and what waits."""
    why = [(each, _closed(each, mark)) for each, mark in closed]
    why += [(each, _failed(each)) for each in failures]
    causes: dict[tuple[Kind, str], str] = {}
    for failure, cause in why:
        kind = _OBJECTS.get(failure.object)
        if failure.connection == connection and kind is not None:
            causes[kind, failure.object_id] = cause
    for each in waiting:
        kind = _OBJECTS.get(each.object or "")
        if each.connection == connection and kind is not None and each.lago_id:
            causes[kind, each.lago_id] = _waits(each)
    return causes


def _failed(failure: Failure) -> str:
    return f"{failure.code}: {failure.message}"


def _closed(failure: Failure, mark: ErrorMark) -> str:
    reason = f": {mark.reason}" if mark.reason else ""
    return f"a person has closed its failure at {mark.marked_at}{reason} ({_failed(failure)})"


def _waits(record: WaitingRecord) -> str:
    until = f", at most until {record.until}" if record.until else ""
    return f"it waits since {record.since}{until}: {record.reason}"


def explained(
    found: Iterable[Difference], expected: Mapping[str, Expected], causes: Causes
) -> Iterator[Difference]:
    """The differences, each with its own cause, else with that of a document it depends on."""
    listed = list(found)
    absent = {(each.kind, each.lago_id) for each in listed if each.what in {"missing", "customer_missing"}}
    settling = _settling(expected, absent)
    for each in listed:
        own = causes.get((each.kind, each.lago_id), "")
        yield replace(each, cause=own or each.cause or _of_others(each, expected, absent, settling))


def _settling(expected: Mapping[str, Expected], absent: set[tuple[Kind, str]]) -> dict[str, str]:
    """By Lago's id of an invoice: the number of a payment or note on it that is not in NetSuite."""
    missing = (each for each in expected.values() if (each.kind, each.lago_id) in absent and each.settles)
    return {
        expected[key].lago_id: name_of(each.kind, each.number)
        for each in missing
        for key in each.settles
        if key in expected
    }


def _of_others(
    difference: Difference,
    expected: Mapping[str, Expected],
    absent: set[tuple[Kind, str]],
    settling: Mapping[str, str],
) -> str:
    is_open = difference.what == "open_balance" and difference.kind == "invoice"
    if is_open and difference.lago_id in settling:
        return f"{settling[difference.lago_id]} is not in NetSuite"
    if difference.what == "missing" and ("customer", _customer_id(difference, expected)) in absent:
        return "its customer is not in NetSuite"
    return ""


def _customer_id(difference: Difference, expected: Mapping[str, Expected]) -> str:
    document = expected.get(external_id(difference.kind, difference.lago_id))
    return document.customer_id if document is not None else ""
