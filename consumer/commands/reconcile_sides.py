"""Reads both sides of a comparison: Lago's lists, and NetSuite's ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from consumer.backfill.kinds import customer_of
from consumer.commands import shadow_books
from consumer.commands.job_progress import JobProgress
from consumer.commands.lago_documents import LagoDocuments, Scope
from consumer.commands.payment_owners import PaymentOwners
from consumer.commands.read_ahead import read_ahead
from consumer.config.connection import Connection
from consumer.errors import ConfigurationError, StartupError
from consumer.netsuite import ledger
from consumer.netsuite.account_survey import NoAnswer, ask
from consumer.netsuite.client import Client
from consumer.outcome import Ignored
from consumer.pipeline.ownership import Ownership
from consumer.reconcile import expected, row_values
from consumer.reconcile.comparison import RECORD_KINDS, Comparison, Unknown
from consumer.reconcile.expected import Expected, Kind
from consumer.reconcile.identification import Identification
from schemas.ledger import LARGEST_PAGE, MOST_IDS, LedgerQuestion, LedgerRow
from schemas.reading import MOST_LOOKED_UP, LookupQuestion

KINDS: tuple[Kind, ...] = ("invoice", "credit_note", "payment")
# NetSuite dates some documents in another zone than Lago's list.
MARGIN = timedelta(days=2)
MOST_ABSENT = 2_000
MOST_SINGLE = 50
"""Where more records are dated elsewhere, it takes fewer calls to read all."""
MOST_TAXES = 2_000
AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What is compared: the documents of one connection among all of the file."""

    connection: Connection
    connections: tuple[Connection, ...]
    scope: Scope
    progress: JobProgress = field(default_factory=JobProgress)

    async def read_lago(self, documents: LagoDocuments, comparison: Comparison) -> None:
        """
        Take in all of Lago's documents.

        Raises:
            ConfigurationError: Lago knows nothing of a customer that is asked for.
            LagoUnavailableError: Lago does not answer, or the key may not read a list.
        """
        unknown = await self._unknown_customers(documents)
        ownership = self.ownership
        owners = PaymentOwners(documents=documents, ownership=ownership)
        for kind in KINDS:
            async with documents.rows(kind, self.scope) as rows:
                async for row in rows:
                    unknown.discard(customer_of(row))
                    owned = await owners.with_customer(kind, row)
                    self._take_in(kind, owned, ownership, comparison)
        await self._read_customers(documents, ownership, comparison)
        if unknown:
            # Documents of a customer that is deleted are still listed.
            listed = ", ".join(sorted(unknown))
            raise ConfigurationError([f"--customer: Lago has no customer with the external id {listed}"])

    async def _read_customers(
        self, documents: LagoDocuments, ownership: Ownership, comparison: Comparison
    ) -> None:
        start = self.connection.start_date
        async with documents.rows("customer", self.scope) as rows:
            async for row in rows:
                found = expected.of("customer", row, ownership)
                is_older = not self._is_in_window(row) or not _is_between(row_values.day(row), start, None)
                if not isinstance(found, Ignored):
                    comparison.expect_customer(found, is_older=is_older)

    async def read_netsuite(self, client: Client, comparison: Comparison) -> Identification:
        """
        Take in all of NetSuite's records, and those of documents that NetSuite dates outside of the window.

        Returns:
            Which record stands for which document, of a connection in shadow; else empty.

        Raises:
            StartupError: NetSuite does not answer.
        """
        identification = Identification(documents=self._documents_in_shadow(comparison))
        async with read_ahead(self._rows(client, self._question()), items=LARGEST_PAGE) as rows:
            async for row in rows:
                if not identification.is_copied(row):
                    comparison.meet(row, unknown=self._unknown(row))
                    identification.meet(row)
        async for found in shadow_books.identify(client, identification, self.connection):
            comparison.meet(found, unknown="passed_over")
        if self.scope.since or self.scope.until:
            for question in await self._elsewhere(client, comparison.absent):
                async for row in self._rows(client, question):
                    comparison.meet_elsewhere(row)
        comparison.ambiguous |= identification.ambiguous
        return identification

    def _documents_in_shadow(self, comparison: Comparison) -> dict[str, Expected]:
        """The documents that may stand without a mark: those of a connection in shadow."""
        return comparison.expected if self.connection.mode == "shadow" else {}

    async def read_netsuite_customers(self, client: Client, comparison: Comparison) -> str | None:
        """Take in NetSuite's customers, where Lago has any to compare; else why they are not compared."""
        if not comparison.customers:
            return None
        async for page in ledger.pages(client, LedgerQuestion(what="customers")):
            if isinstance(page, NoAnswer) or page.customers is None:
                comparison.customers.clear()
                return page.reason if isinstance(page, NoAnswer) else "the script is older than 1.1.0"
            for each in page.customers:
                comparison.meet_customer(each)
        return None

    async def confirm_taxes(self, client: Client, comparison: Comparison) -> None:
        """Read the taxes of foreign currencies that seem to differ; what NetSuite does not give stays so."""
        ids = comparison.taxes.internal_ids[:MOST_TAXES]
        for begin in range(0, len(ids), MOST_IDS):
            question = LedgerQuestion(ids=tuple(ids[begin : begin + MOST_IDS]))
            async for page in ledger.pages(client, question):
                for row in () if isinstance(page, NoAnswer) else page.rows:
                    comparison.taxes.confirm(row)

    async def check_unsure(self, documents: LagoDocuments, comparison: Comparison) -> None:
        """
        Ask Lago for each record of the window that is not among its documents of the window.

        Raises:
            LagoUnavailableError: Lago does not answer.
        """
        for begin in range(0, len(comparison.unsure), AT_ONCE):
            rows = comparison.unsure[begin : begin + AT_ONCE]
            found = await asyncio.gather(*(documents.one(*_key_of(row)) for row in rows))
            for row, content in zip(rows, found, strict=True):
                if content is None:
                    comparison.meet_unknown(row)

    async def _rows(self, client: Client, question: LedgerQuestion) -> AsyncIterator[LedgerRow]:
        async for page in ledger.pages(client, question):
            if isinstance(page, NoAnswer):
                raise self._silent(page)
            self.progress.add("reads NetSuite's ledger", len(page.rows))
            for row in page.rows:
                yield row
            if question.limit == 1:
                return

    async def _elsewhere(self, client: Client, absent: list[str]) -> list[LedgerQuestion]:
        """The questions for the records of these external ids; for all records where they are many."""
        if len(absent) > MOST_ABSENT:
            return [LedgerQuestion()]
        ids: list[int] = []
        for begin in range(0, len(absent), MOST_LOOKED_UP):
            asked = LookupQuestion(external_ids=tuple(absent[begin : begin + MOST_LOOKED_UP]))
            reply = await ask(client, asked)
            if isinstance(reply, NoAnswer):
                raise self._silent(reply)
            found = (each.internal_id or "" for each in reply.items)
            ids += [int(each) for each in found if each.isdecimal()]
        if len(ids) > MOST_SINGLE:
            return [LedgerQuestion()]
        return [LedgerQuestion(after=str(each - 1), limit=1) for each in ids]

    def _silent(self, answer: NoAnswer) -> StartupError:
        code = self.connection.code
        return StartupError(f"connection {code}: NetSuite does not give its ledger: {answer.reason}")

    async def _unknown_customers(self, documents: LagoDocuments) -> set[str]:
        named = self.scope.customers
        return {each for each in named if await documents.one("customer", each) is None}

    @property
    def ownership(self) -> Ownership:
        """Which documents are those of the connection."""
        return Ownership(
            connection=self.connection,
            all_connections=self.connections,
            reports_orphans=self.connection.code == self.connections[0].code,
        )

    def _take_in(
        self, kind: Kind, row: Mapping[str, Any], ownership: Ownership, comparison: Comparison
    ) -> None:
        found = expected.of(kind, row, ownership)
        if isinstance(found, Ignored):
            comparison.leave_out(expected.external_id(kind, row.get("lago_id")), found.rule)
        else:
            comparison.expect(found, is_in_window=self._is_in_window(row))

    def _is_in_window(self, row: Mapping[str, Any]) -> bool:
        return _is_between(row_values.day(row), self.scope.since, self.scope.until)

    def _question(self) -> LedgerQuestion:
        # What was issued in a closed period is dated in a later one.
        is_moved = self.connection.closed_period == "next_open_period"
        begins, ends = self.scope.since, self.scope.until
        return LedgerQuestion(
            from_day=_text(begins, -MARGIN) if begins else None,
            to_day=_text(ends, MARGIN) if ends and not is_moved else None,
        )

    def _unknown(self, row: LedgerRow) -> Unknown:
        if self.scope.customers or self._is_shared():
            return "passed_over"
        begins, ends = self.scope.since, self.scope.until
        if begins is None and ends is None:
            return "extra"
        is_within = _is_between(row.date, begins, ends)
        return "unsure" if is_within else "passed_over"

    def _is_shared(self) -> bool:
        """Whether the account also holds documents of another organisation, which this key does not show."""
        own = self.connection
        return any(
            each.account_id == own.account_id and each.lago.organization_id != own.lago.organization_id
            for each in self.connections
        )


def _is_between(day: str, begins: date | None, ends: date | None) -> bool:
    return (begins is None or day >= begins.isoformat()) and (ends is None or day <= ends.isoformat())


def _key_of(row: LedgerRow) -> tuple[Kind, str]:
    """The kind and Lago's id of a record that carries one of the two marks."""
    kind = RECORD_KINDS[row.type]
    return kind, row.lagoId or (row.externalId or "").removeprefix(expected.external_id(kind, ""))


def _text(day: date, margin: timedelta) -> str:
    return (day + margin).isoformat()
