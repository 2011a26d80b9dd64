"""Documents in NetSuite without Lago's marks, by number and by invoice paid; nothing is written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence

from consumer.netsuite.account_survey import NoAnswer, ask
from consumer.netsuite.client import Client
from schemas.ledger import LedgerPage, LedgerRow
from schemas.unmarked import MOST_AT_ONCE, UnmarkedQuestion

Rows = tuple[LedgerRow, ...]


async def by_number(client: Client, numbers: Iterable[tuple[str, str]]) -> AsyncIterator[Rows | NoAnswer]:
    """
    The records with these numbers, by record type, of one call after the other.

    All records of a number are in one answer; the last one is a `NoAnswer` when a call fails.
    """
    wanted = list(dict.fromkeys(numbers))
    for begin in range(0, len(wanted), MOST_AT_ONCE):
        part = wanted[begin : begin + MOST_AT_ONCE]
        by_type: dict[str, list[str]] = {}
        for record_type, number in part:
            by_type.setdefault(record_type, []).append(number)
        yield await _rows(client, UnmarkedQuestion(numbers=by_type))


async def payments(client: Client, invoices: Sequence[str]) -> AsyncIterator[Rows | NoAnswer]:
    """The payments that are applied to these invoices, by internal id, of one call after the other."""
    for begin in range(0, len(invoices), MOST_AT_ONCE):
        yield await _rows(client, UnmarkedQuestion(paid=invoices[begin : begin + MOST_AT_ONCE]))


async def _rows(client: Client, question: UnmarkedQuestion) -> Rows | NoAnswer:
    answer = await ask(client, question)
    if isinstance(answer, NoAnswer):
        return answer
    page = answer.ledger or LedgerPage()
    if page.error is not None:
        return NoAnswer(code=page.error.code, reason=page.error.message or page.error.code)
    return page.rows
