"""Reads the account's accounting periods for the plan of a backfill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.errors import LagoNetsuiteError
from consumer.netsuite.account_survey import NoAnswer, ask, pages
from consumer.netsuite.client import Client
from consumer.preflight import accounting_periods, role
from schemas.reading import CatalogQuestion, CatalogRow, Health, HealthQuestion

FEATURE = "ACCOUNTINGPERIODS"
PERMISSION = role.OF_KIND["periods"]
_QUESTION = HealthQuestion(permissions=(PERMISSION,), features=(FEATURE,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Why the periods are not known: a sentence without a full stop."""

    reason: str


Months = Sequence[CatalogRow]
"""The account's periods, oldest first."""


async def read(connection: Connection, clock: Clock) -> Months | Unknown | None:
    """The account's periods; None where it has none, since it does not use them."""
    try:
        async with Client(connection, clock=clock) as client:
            return await _read(client)
    except LagoNetsuiteError as error:  # a secret that is missing: the plan needs Lago alone
        return Unknown(reason=str(error))


async def _read(client: Client) -> Months | Unknown | None:
    reply = await ask(client, _QUESTION)
    if isinstance(reply, NoAnswer):
        return Unknown(reason=f"NetSuite does not answer: {reply.reason}")
    health = reply.health or Health()
    if not health.features.get(FEATURE, True):
        return None
    if health.permissions.get(PERMISSION) == 0:
        return Unknown(reason="the role lacks the permission Setup > Manage Accounting Periods")
    rows: list[CatalogRow] = []
    async for page in pages(client, CatalogQuestion(kind="periods")):
        if isinstance(page, NoAnswer):
            return Unknown(reason=f"NetSuite does not answer: {page.reason}")
        if page.error is not None:
            return Unknown(reason=page.error.message or page.error.code)
        rows += page.rows
    months = accounting_periods.months(rows)
    return months or Unknown(reason="NetSuite shows this role no accounting period")
