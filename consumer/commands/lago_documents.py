"""Reads Lago's documents for a backfill: lists, and single invoices, since lists lack their fees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote

from consumer.backfill.plan import BackfillPlan, Row
from consumer.commands.job_progress import JobProgress
from consumer.commands.lago_contact import LagoContact
from consumer.commands.read_ahead import read_ahead
from consumer.config.connection import Connection
from consumer.errors import ConfigurationError, LagoNetsuiteError
from consumer.events.lago_webhook import Kind
from consumer.lago import listing
from consumer.lago.client import LagoClient
from consumer.lago.lookup_result import Failed
from consumer.lago.reply import Absent, Body, Reply
from consumer.reconcile.expected import Kind as RowKind

MAX_PAGES = 100_000
PAGES_AT_ONCE = 8
"""Of one list: Lago takes some tenths of a second for a page, and allows 50 requests a second."""

IsOwn = Callable[[RowKind, Mapping[str, Any]], Awaitable[bool]]
Sleep = Callable[[float], Awaitable[None]]


class LagoUnavailableError(LagoNetsuiteError):
    """Lago could not be read in as many attempts as `LagoContact` allows; the text is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """
    The documents to read.

    Attributes:
        since: first issuing date; Lago's lists of customers and payments have no such filter.
        until: last issuing date.
        customers: external ids of customers; empty for all.
    """

    since: date | None = None
    until: date | None = None
    customers: tuple[str, ...] = ()

    def params(self, customer: str | None) -> dict[str, str]:
        """The query parameters of Lago's lists of documents."""
        given = {
            "issuing_date_from": self.since.isoformat() if self.since else None,
            "issuing_date_to": self.until.isoformat() if self.until else None,
            "external_customer_id": customer,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class LagoDocuments:
    """Reads one organisation; repeats a failed request, for minutes once Lago has answered."""

    connection: Connection
    client: LagoClient
    sleep: Sleep = asyncio.sleep
    contact: LagoContact = field(default_factory=LagoContact)
    progress: JobProgress = field(default_factory=JobProgress)

    async def check_organization(self) -> None:
        """
        Check that the API key belongs to the connection's organisation.

        Raises:
            ConfigurationError: it belongs to another one.
            LagoUnavailableError: Lago does not respond.
        """
        reply = await self._patiently("organizations", resource="organization")
        found = reply.get("organization") if reply else None
        lago_id = found.get("lago_id") if isinstance(found, dict) else None
        expected, place = self.connection.lago.organization_id, self.connection.at("lago.api_key")
        if lago_id != expected:
            said = f"the key is of organisation {lago_id}, and lago.organization_id is {expected}"
            raise ConfigurationError([f"{place}: connection {self.connection.code}: {said}"])

    async def planned(self, kinds: Sequence[Kind], scope: Scope, is_own: IsOwn | None = None) -> BackfillPlan:
        """
        The plan with all rows of these kinds that are the connection's.

        Args:
            kinds: of the documents.
            scope: which of them.
            is_own: whether a row is the connection's; None for an organisation of one connection.

        Raises:
            LagoUnavailableError: Lago does not respond, or the key may not read a list.
        """
        plan = BackfillPlan()
        for kind in kinds:
            if kind == "void" and "invoice" in kinds:
                continue
            async for rows in self.listed(kind, scope, plan):
                listed: RowKind = "invoice" if kind == "void" else kind
                taken = list(rows)
                foreign = [
                    str(row.get("lago_id")) for row in taken if is_own and not await is_own(listed, row)
                ]
                plan.add(listed, taken, since=scope.since, until=scope.until, foreign=foreign)
        plan.drop_idle_customers(scope.since, scope.until)
        return plan

    async def content(self, row: Row) -> Mapping[str, Any] | None:
        """
        The whole object of a row; None when Lago no longer has it.

        Raises:
            LagoUnavailableError: Lago does not respond.
        """
        return await self.one("invoice", row.lago_id) if row.content is None else row.content

    async def one(self, kind: Kind, lago_id: str) -> Mapping[str, Any] | None:
        """
        One document as it is shown alone; None for one that is gone.

        Raises:
            LagoUnavailableError: Lago does not answer.
        """
        reply = await self._patiently(f"{kind}s/{quote(lago_id, safe='')}", resource=kind)
        found = reply.get(kind) if reply else None
        return found if isinstance(found, dict) else None

    @asynccontextmanager
    async def rows(self, kind: Kind, scope: Scope) -> AsyncIterator[AsyncIterator[Mapping[str, Any]]]:
        """
        The rows of a list, which is read on while they are worked on.

        Raises:
            LagoUnavailableError: Lago does not answer, or the key may not read the list.
        """

        async def single() -> AsyncIterator[Mapping[str, Any]]:
            async for page in self.listed(kind, scope):
                for row in page:
                    yield row

        async with read_ahead(single(), items=PAGES_AT_ONCE * listing.ROWS_PER_PAGE) as found:
            yield found

    async def listed(
        self, kind: Kind, scope: Scope, plan: BackfillPlan | None = None
    ) -> AsyncIterator[Iterable[Mapping[str, Any]]]:
        """
        The rows of a list, page by page.

        Args:
            kind: of the documents.
            scope: which of them.
            plan: counts the requests.

        Raises:
            LagoUnavailableError: Lago does not answer, or the key may not read the list.
        """
        plan = plan or BackfillPlan()
        if kind == "customer" and scope.customers:
            for external_id in scope.customers:
                reply = await self._patiently(f"customers/{quote(external_id, safe='')}", resource="customer")
                plan.requests += 1
                yield [reply["customer"]] if reply and isinstance(reply.get("customer"), dict) else []
            return
        path = f"{'invoice' if kind == 'void' else kind}s"
        for customer in scope.customers or (None,):
            params = _params(kind, scope, customer)
            async for page in listing.pages(
                self,
                path,
                path,
                resource=path[:-1],
                params=params,
                max_pages=MAX_PAGES,
                at_once=PAGES_AT_ONCE,
            ):
                plan.requests += 1
                if isinstance(page, Failed):
                    raise LagoUnavailableError(page.reason)
                self.progress.add(f"reads Lago's {path.replace('_', ' ')}", len(page.rows))
                yield page.rows

    async def get(self, path: str, *, resource: str, params: Mapping[str, str | int] | None = None) -> Reply:
        """One response of Lago's; a `Failed` only after all attempts, or when the key is refused."""
        attempts = 0
        while True:
            reply = await self.client.get(path, resource=resource, params=params)
            if not isinstance(reply, Failed):
                self.contact.answered()
                return reply
            attempts += 1
            pause_s = None if reply.is_about_key else self.contact.pause_s(reply, attempts)
            if pause_s is None:
                return reply
            await self.sleep(pause_s)

    def misplaced(self) -> Failed:
        """The failure for a response without the list; it is final."""
        return self.client.misplaced()

    async def _patiently(self, path: str, *, resource: str) -> dict[str, Any] | None:
        match await self.get(path, resource=resource):
            case Body(content=content):
                return content
            case Absent():
                return None
            case Failed(reason=reason):
                raise LagoUnavailableError(reason)


def _params(kind: Kind, scope: Scope, customer: str | None) -> dict[str, str | int]:
    # Lago's lists of customers and payments have no filter for dates.
    dated = scope if kind in {"invoice", "void", "credit_note"} else Scope(customers=scope.customers)
    return {**dated.params(customer)}
