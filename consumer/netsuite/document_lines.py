"""The item lines of documents in NetSuite; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

from consumer.netsuite.account_survey import NoAnswer, ask
from consumer.netsuite.client import Client
from schemas.document_lines import MOST_AT_ONCE, DocumentKey, DocumentLines, LinesQuestion
from schemas.ledger import LedgerPage


async def read(client: Client, documents: Sequence[DocumentKey]) -> list[DocumentLines] | NoAnswer:
    """
    The lines of these documents, in as many calls as the script needs.

    A script before 1.2.0 does not know the question; the answer is a `NoAnswer` then, as where a call fails.
    """
    found: list[DocumentLines] = []
    while len(found) < len(documents):
        asked = documents[len(found) : len(found) + MOST_AT_ONCE]
        answer = await ask(client, LinesQuestion(documents=asked))
        if isinstance(answer, NoAnswer):
            return answer
        page = answer.ledger or LedgerPage()
        if page.error is not None:
            return NoAnswer(code=page.error.code, reason=page.error.message or page.error.code)
        if not page.documents:
            return NoAnswer(code="NO_LINES", reason="its script has answered without lines")
        found += page.documents[: len(asked)]
    return found
