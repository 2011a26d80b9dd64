"""Lago's documents in NetSuite, read page by page; nothing is written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from consumer.netsuite.account_survey import NoAnswer, ask
from consumer.netsuite.client import Client
from schemas.ledger import LedgerPage, LedgerQuestion


async def pages(client: Client, question: LedgerQuestion) -> AsyncIterator[LedgerPage | NoAnswer]:
    """Every page, one call each; the last one is a `NoAnswer` when a call fails or the script cannot read."""
    after = question.after
    while True:
        answer = await ask(client, replace(question, after=after))
        if isinstance(answer, NoAnswer):
            yield answer
            return
        page = answer.ledger or LedgerPage()
        if page.error is not None:
            yield NoAnswer(code=page.error.code, reason=page.error.message or page.error.code)
            return
        yield page
        if page.next is None:
            return
        after = page.next
