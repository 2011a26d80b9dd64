"""
Lists as Lago serves them: order, offset paging, and a count that may be old.

Source: lago-api ``concerns/pagination.rb``, ``concerns/*_index.rb``, ``queries/*.rb``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from consumer.sandbox.lago import filters
from consumer.sandbox.lago.filters import Query, first
from consumer.sandbox.lago.notation import Json

PER_PAGE = 100
COUNT_TTL_S = 1_800.0
UNCOUNTED = ("page", "external_customer_id")


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
        RefusalError: a status that Lago does not know.
    """
    tests = filters.of_invoices(query)
    found = [one for one in stored if all(test(one) for test in tests)]
    return sorted(
        sorted(found, key=lambda one: one["lago_id"]),
        key=lambda one: (one["issuing_date"], one["created_at"]),
        reverse=True,
    )


def credit_notes(stored: Iterable[Json], query: Query) -> list[Json]:
    """Credit notes, newest first; unknown statuses are dropped."""
    tests = filters.of_credit_notes(query)
    return _newest_first(one for one in stored if all(test(one) for test in tests))


def payments(stored: Iterable[Json], query: Query) -> list[Json]:
    """
    Payments in any state, by ``created_at``; of a manual payment that is the day that a person entered.

    ``invoice_id`` also finds payment requests that hold the invoice.
    """
    invoice_id, customer = first(query, "invoice_id"), first(query, "external_customer_id")
    return _newest_first(
        one
        for one in stored
        if (invoice_id is None or invoice_id in one["invoice_ids"])
        and (customer is None or one["external_customer_id"] == customer)
    )


def receipts(stored: Iterable[Json], query: Query) -> list[Json]:
    """Payment receipts, newest first."""
    invoice_id = first(query, "invoice_id")
    return _newest_first(
        one for one in stored if invoice_id is None or invoice_id in one["payment"]["invoice_ids"]
    )


def customers(stored: Iterable[Json], query: Query) -> list[Json]:
    """Customers that are not deleted, newest first."""
    tests = filters.of_customers(query)
    return _newest_first(one for one in stored if all(test(one) for test in tests))


def payment_requests(stored: Iterable[Json], query: Query) -> list[Json]:
    """Payment requests, newest first."""
    customer = first(query, "external_customer_id")
    tests = filters.equal(query, "payment_status")
    currency = first(query, "currency")
    return _newest_first(
        one
        for one in stored
        if all(test(one) for test in tests)
        and (customer is None or one["customer"]["external_id"] == customer)
        and (currency is None or one["amount_currency"] == currency)
    )


def wallets(stored: Iterable[Json], query: Query) -> list[Json]:
    """Wallets, newest first."""
    tests = filters.equal(query, "external_customer_id", "currency")
    return _newest_first(one for one in stored if all(test(one) for test in tests))


def wallet_transactions(stored: Iterable[Json], query: Query) -> list[Json]:
    """Transactions of a wallet, newest first; words that Lago does not know filter nothing."""
    tests = filters.of_wallet_transactions(query)
    return _newest_first(one for one in stored if all(test(one) for test in tests))


def _newest_first(found: Iterable[Json]) -> list[Json]:
    by_id = sorted(found, key=lambda one: str(one["lago_id"]))
    return sorted(by_id, key=lambda one: str(one["created_at"]), reverse=True)


def _whole(query: Query, name: str, otherwise: int) -> int:
    text = first(query, name) or ""
    return int(text) if text.isdecimal() and int(text) > 0 else otherwise
