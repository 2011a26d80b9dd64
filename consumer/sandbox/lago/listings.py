"""
Lists as Lago serves them: filters, order, offset paging, and a count that may be old.

A date that does not parse is ignored, so the list is not filtered by it; an unknown status of an invoice is
refused. Source: lago-api ``concerns/pagination.rb``, ``concerns/*_index.rb``, ``queries/*.rb``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from consumer.sandbox.lago.notation import Json

PER_PAGE = 100
COUNT_TTL_S = 1_800.0
UNCOUNTED = ("page", "external_customer_id")
VISIBLE = ("draft", "finalized", "voided", "failed", "pending")
PAYMENT_STATUSES = ("pending", "succeeded", "failed")

Query = Mapping[str, Sequence[str]]
Test = Callable[[Json], bool]


_METADATA = re.compile(r"metadata\[(?P<key>.+)\]")


class InvalidFilterError(ValueError):
    """Lago answers 422; the text is the name of the parameter."""


@dataclass(slots=True, kw_only=True)
class CachedCounts:
    """
    Counts of invoice lists, half an hour old at most.

    The key has the filters and ``per_page``, not ``external_customer_id`` (``InvoiceIndex::WHITELIST``): the
    count of all customers may be served for one. It is used as long as it is larger than the rows seen.
    """

    monotonic_s: Callable[[], float]
    _known: dict[Any, tuple[float, int]] = field(default_factory=dict)

    def of(self, query: Query, actual: int, seen: int) -> int:
        """The count in ``meta`` of a page that ends at row `seen`."""
        key = tuple(sorted((name, tuple(given)) for name, given in query.items() if name not in UNCOUNTED))
        stored_s, known = self._known.get(key, (float("-inf"), 0))
        if self.monotonic_s() - stored_s < COUNT_TTL_S and known > seen:
            return known
        self._known[key] = (self.monotonic_s(), actual)
        return actual


def page(
    rows: Sequence[Json], query: Query, *, counts: CachedCounts | None = None
) -> tuple[list[Json], Json]:
    """One page of the rows, and its ``meta`` as Lago returns it."""
    number, size = _whole(query, "page", 1), _whole(query, "per_page", PER_PAGE)
    begin = (number - 1) * size
    chosen = list(rows[begin : begin + size])
    total = len(rows) if counts is None else counts.of(query, len(rows), begin + len(chosen))
    pages = -(-total // size)
    meta = {
        "current_page": number if total else 0,
        "next_page": number + 1 if number < pages else None,
        "prev_page": number - 1 if number > 1 else None,
        "total_pages": pages,
        "total_count": total,
    }
    return chosen, meta


def invoices(stored: Iterable[Json], query: Query) -> list[Json]:
    """
    Invoices, newest issuing date first.

    Raises:
        InvalidFilterError: a status that Lago does not know.
    """
    statuses = _known(query, ("status", "statuses[]"), VISIBLE) or VISIBLE
    paid = _known(query, ("payment_status", "payment_statuses[]"), PAYMENT_STATUSES)
    tests: list[Test] = [
        lambda one: one["status"] in statuses,
        lambda one: not paid or one["payment_status"] in paid,
        *_of_documents(query),
        *_equal(query, "invoice_type"),
        *_partially_paid(query),
        *_metadata(query),
    ]
    found = [one for one in stored if all(test(one) for test in tests)]
    return sorted(
        sorted(found, key=lambda one: one["lago_id"]),
        key=lambda one: (one["issuing_date"], one["created_at"]),
        reverse=True,
    )


def credit_notes(stored: Iterable[Json], query: Query) -> list[Json]:
    """Credit notes, newest first; unknown statuses are dropped."""
    names = ("credit_status", "refund_status", "reason", "invoice_number")
    tests = [*_of_documents(query), *_equal(query, *names)]
    return _newest_first(one for one in stored if all(test(one) for test in tests))


def payments(stored: Iterable[Json], query: Query) -> list[Json]:
    """
    Payments in any state, by ``created_at``; of a manual payment that is the day that a person entered.

    ``invoice_id`` also finds payment requests that hold the invoice.
    """
    invoice_id, customer = _first(query, "invoice_id"), _first(query, "external_customer_id")
    return _newest_first(
        one
        for one in stored
        if (invoice_id is None or invoice_id in one["invoice_ids"])
        and (customer is None or one["external_customer_id"] == customer)
    )


def receipts(stored: Iterable[Json], query: Query) -> list[Json]:
    """Payment receipts, newest first."""
    invoice_id = _first(query, "invoice_id")
    return _newest_first(
        one for one in stored if invoice_id is None or invoice_id in one["payment"]["invoice_ids"]
    )


def customers(stored: Iterable[Json], query: Query) -> list[Json]:
    """Customers that are not deleted, newest first."""
    tests = [*_equal(query, "external_id"), *_of_entities(query)]
    return _newest_first(one for one in stored if all(test(one) for test in tests))


def _newest_first(found: Iterable[Json]) -> list[Json]:
    by_id = sorted(found, key=lambda one: str(one["lago_id"]))
    return sorted(by_id, key=lambda one: str(one["created_at"]), reverse=True)


def _of_documents(query: Query) -> list[Test]:
    begins, ends = _day(query, "issuing_date_from"), _day(query, "issuing_date_to")
    customer = _first(query, "external_customer_id")
    tests: list[Test] = [
        lambda one: begins is None or one["issuing_date"] >= begins,
        lambda one: ends is None or one["issuing_date"] <= ends,
        lambda one: customer is None or one["customer"]["external_id"] == customer,
    ]
    return [*tests, *_equal(query, "currency"), *_of_entities(query)]


def _equal(query: Query, *names: str) -> list[Test]:
    wanted = {name: _first(query, name) for name in names}
    return [
        lambda one, member=member, value=value: one[member] == value  # type: ignore[misc]
        for member, value in wanted.items()
        if value is not None
    ]


def _of_entities(query: Query) -> list[Test]:
    wanted = query.get("billing_entity_codes[]")
    return [lambda one: one["billing_entity_code"] in wanted] if wanted else []


def _partially_paid(query: Query) -> list[Test]:
    if _first(query, "partially_paid") != "true":
        return []
    return [lambda one: 0 < one["total_paid_amount_cents"] < one["total_amount_cents"]]


def _metadata(query: Query) -> list[Test]:
    """``metadata[key]=value``; with an empty value the documents without that key."""
    named = ((_METADATA.fullmatch(name), given) for name, given in query.items())
    wanted = [(found["key"], given[0]) for found, given in named if found and given]

    def has(one: Json, key: str, value: str) -> bool:
        known = {entry["key"]: entry["value"] for entry in one.get("metadata") or ()}
        return known.get(key) == value if value else key not in known

    return [lambda one: all(has(one, key, value) for key, value in wanted)]


def _known(query: Query, names: Sequence[str], allowed: Sequence[str]) -> list[str]:
    given = [value for name in names for value in query.get(name, ())]
    if any(value not in allowed for value in given):
        raise InvalidFilterError(names[0])
    return given


def _day(query: Query, name: str) -> str | None:
    text = _first(query, name)
    try:
        return date.fromisoformat(text or "").isoformat()
    except ValueError:
        return None


def _whole(query: Query, name: str, otherwise: int) -> int:
    text = _first(query, name) or ""
    return int(text) if text.isdecimal() and int(text) > 0 else otherwise


def _first(query: Query, name: str) -> str | None:
    values = query.get(name)
    return values[0] if values else None
