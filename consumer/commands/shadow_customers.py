"""Finds NetSuite's customer of each of Lago's, of a connection whose customers another integration writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from consumer.commands.lago_documents import LagoDocuments, Scope
from consumer.mapping.result import Mapped
from consumer.netsuite import ledger, unmarked
from consumer.netsuite.account_survey import NoAnswer
from consumer.netsuite.client import Client
from consumer.outcome import Ignored
from consumer.pipeline import routing
from consumer.pipeline.ownership import Ownership
from consumer.reconcile import customer_matching, expected
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.customer_matching import CustomerMatching, LagoCustomer
from consumer.reconcile.expected import Expected
from consumer.reconcile.identification import Identification
from schemas.ledger import LedgerQuestion
from schemas.unmarked import MOST_AT_ONCE, CustomersAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowCustomers:
    """One reading of both sides."""

    documents: LagoDocuments
    client: Client
    ownership: Ownership
    scope: Scope

    async def matched(self, identification: Identification) -> CustomerMatching | str:
        """
        Both sides; the reason where NetSuite does not answer, or its script is too old.

        Raises:
            LagoUnavailableError: Lago does not answer.
        """
        matching = CustomerMatching(owners=identification.owners)
        async for rows in self.documents.listed("customer", self.scope):
            for row in rows:
                found = expected.of("customer", row, self.ownership)
                if not isinstance(found, Ignored):
                    matching.expect(self._lago_customer(found, row))
        return await self._read_netsuite(matching) or matching

    async def compare(self, identification: Identification, comparison: Comparison) -> str | None:
        """
        Take in which customers are missing, fit several records, or differ; else why that is not known.

        Raises:
            LagoUnavailableError: Lago does not answer.
        """
        matching = await self.matched(identification)
        if isinstance(matching, str):
            comparison.customers.clear()
            return matching
        known = (each.expected for each in matching.customers.values())
        needed = {each.lago_id for each in comparison.needed(known)}
        for match in matching.matches():
            customer = match.customer.expected
            if match.records:
                comparison.customers.pop(customer.external_id, None)
                is_needed = customer.lago_id in needed
                comparison.found += customer_matching.differences(match) if is_needed else ()
            else:
                comparison.customers[customer.external_id] = customer
                comparison.customer_hints[customer.external_id] = customer_matching.hint(match)
        return None

    async def _read_netsuite(self, matching: CustomerMatching) -> str | None:
        async for page in ledger.pages(self.client, LedgerQuestion(what="customers")):
            if isinstance(page, NoAnswer) or page.customers is None:
                return page.reason if isinstance(page, NoAnswer) else "the script is older than 1.1.0"
            for record in page.customers:
                matching.meet_marked(record)
        for asked in _questions(matching):
            found = await unmarked.customers(self.client, asked)
            if isinstance(found, NoAnswer):
                return found.reason
            matching.meet(found)
        return None

    def _lago_customer(self, found: Expected, row: Mapping[str, Any]) -> LagoCustomer:
        event = expected.event_of("customer", row, self.ownership.connection)
        plan = routing.plan(event, self.ownership)
        columns = plan.request.items[-1].record["columns"] if isinstance(plan, Mapped) else {}
        return LagoCustomer(
            expected=found,
            name=str(columns.get("companyname") or ""),
            currency=str(row.get("currency") or ""),
            subsidiary=str(columns.get("subsidiary") or ""),
        )


def _questions(matching: CustomerMatching) -> Iterator[CustomersAsked]:
    """One call for up to a hundred customers, and more where their documents have more owners."""
    left = matching.unmarked()
    while part := list(islice(left, MOST_AT_ONCE)):
        ids = sorted({key for each in part for key in matching.keys_of(each)})
        numbers = [each.expected.number for each in part]
        names = [each.name for each in part if each.name]
        yield CustomersAsked(ids=ids[:MOST_AT_ONCE], numbers=numbers, names=names)
        for begin in range(MOST_AT_ONCE, len(ids), MOST_AT_ONCE):
            yield CustomersAsked(ids=ids[begin : begin + MOST_AT_ONCE])
