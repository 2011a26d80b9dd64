"""NetSuite's side of a connection whose documents another integration or a person writes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from consumer.config.connection import Connection
from consumer.errors import StartupError
from consumer.netsuite import ledger, unmarked
from consumer.netsuite.account_survey import NoAnswer
from consumer.netsuite.client import Client
from consumer.netsuite.unmarked import Rows
from consumer.reconcile.identification import Identification
from schemas.ledger import LedgerQuestion, LedgerRow


async def marked(client: Client, connection: Connection) -> AsyncIterator[LedgerRow]:
    """
    The documents that carry a mark of Lago's.

    Raises:
        StartupError: NetSuite does not answer.
    """
    async for page in ledger.pages(client, LedgerQuestion()):
        if isinstance(page, NoAnswer):
            said = f"connection {connection.code}: NetSuite does not give its ledger: {page.reason}"
            raise StartupError(said)
        for row in page.rows:
            yield row


async def identify(client: Client, identification: Identification, connection: Connection) -> None:
    """
    Find records without marks for the documents that have none with one.

    Raises:
        StartupError: NetSuite does not answer, or its script does not know the question.
    """
    found = [row async for row in _rows(unmarked.by_number(client, identification.numbers()), connection)]
    identification.meet_unmarked(found)
    invoices = list(identification.paid())
    applied = [row async for row in _rows(unmarked.payments(client, invoices), connection)]
    identification.meet_payments(applied)


async def _rows(answers: AsyncIterator[Rows | NoAnswer], connection: Connection) -> AsyncIterator[LedgerRow]:
    async for rows in answers:
        if isinstance(rows, NoAnswer):
            said = (
                f"connection {connection.code}: NetSuite does not give documents without marks: {rows.reason}"
            )
            raise StartupError(said)
        for row in rows:
            yield row
