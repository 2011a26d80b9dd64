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
from schemas.unmarked import MOST_AT_ONCE


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


async def identify(
    client: Client, identification: Identification, connection: Connection
) -> AsyncIterator[LedgerRow]:
    """
    Find records without marks for the documents that have none with one, a call's worth at a time.

    Yields:
        Each such record, with the Lago id that it should have.

    Raises:
        StartupError: NetSuite does not answer, or its script does not know the question.
    """
    for named in identification.by_number(MOST_AT_ONCE):
        rows = _known(await unmarked.by_number(client, named), connection)
        for row in identification.meet_unmarked(named, rows):
            yield row
    for paid in identification.by_invoice(MOST_AT_ONCE):
        rows = _known(await unmarked.payments(client, list(paid)), connection)
        for row in identification.meet_payments(paid, rows):
            yield row


def _known(rows: Rows | NoAnswer, connection: Connection) -> Rows:
    if isinstance(rows, NoAnswer):
        said = f"connection {connection.code}: NetSuite does not give documents without marks: {rows.reason}"
        raise StartupError(said)
    return rows
