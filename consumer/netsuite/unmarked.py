"""Documents in NetSuite without Lago's marks, by number and by invoice paid; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from consumer.netsuite.account_survey import NoAnswer, ask
from consumer.netsuite.client import Client
from schemas.ledger import LedgerCustomer, LedgerPage, LedgerRow
from schemas.unmarked import CustomersAsked, UnmarkedQuestion

Rows = tuple[LedgerRow, ...]


async def by_number(client: Client, numbers: Iterable[tuple[str, str]]) -> Rows | NoAnswer:
    """All records with these numbers, by record type; at most `schemas.unmarked.MOST_AT_ONCE` numbers."""
    by_type: dict[str, list[str]] = {}
    for record_type, number in dict.fromkeys(numbers):
        by_type.setdefault(record_type, []).append(number)
    return await _rows(client, UnmarkedQuestion(numbers=by_type))


async def payments(client: Client, invoices: Sequence[str]) -> Rows | NoAnswer:
    """All payments that are applied to these invoices, by internal id; at most `MOST_AT_ONCE` invoices."""
    return await _rows(client, UnmarkedQuestion(paid=invoices))


async def customers(client: Client, asked: CustomersAsked) -> tuple[LedgerCustomer, ...] | NoAnswer:
    """All customers with these keys; a script before 1.2.0 does not know the question."""
    page = await _page(client, UnmarkedQuestion(customers=asked))
    if isinstance(page, NoAnswer):
        return page
    if page.customers is None:
        return NoAnswer(code="NO_CUSTOMERS", reason="the script is older than 1.2.0")
    return page.customers


async def _rows(client: Client, question: UnmarkedQuestion) -> Rows | NoAnswer:
    page = await _page(client, question)
    return page if isinstance(page, NoAnswer) else page.rows


async def _page(client: Client, question: UnmarkedQuestion) -> LedgerPage | NoAnswer:
    answer = await ask(client, question)
    if isinstance(answer, NoAnswer):
        return answer
    page = answer.ledger or LedgerPage()
    if page.error is not None:
        return NoAnswer(code=page.error.code, reason=page.error.message or page.error.code)
    return page
