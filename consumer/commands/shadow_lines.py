"""Compares the lines of documents that another integration has written with those that we would write."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from consumer.backtest import booking
from consumer.backtest.booking import Booking
from consumer.commands.lago_documents import LagoDocuments
from consumer.mapping.result import Mapped, Refused
from consumer.netsuite import document_lines
from consumer.netsuite.account_survey import NoAnswer
from consumer.netsuite.client import Client
from consumer.pipeline import routing
from consumer.pipeline.ownership import Ownership
from consumer.reconcile import document_checks, expected, line_comparison
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.difference import Difference
from consumer.reconcile.expected import Expected
from consumer.reconcile.identification import TYPES, Identification, Identified
from schemas.document_lines import MOST_AT_ONCE, DocumentKey, DocumentLines

WITH_LINES = frozenset({"invoice", "credit_note"})
READ_AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowLines:
    """One run over the documents of a connection in shadow."""

    documents: LagoDocuments
    client: Client
    ownership: Ownership

    async def compare(self, identification: Identification, comparison: Comparison) -> str | None:
        """
        Take in what differs in the lines of the documents that were found; else why they cannot be compared.

        A document that we would refuse is taken in as such: its event has become an error event, too.

        Raises:
            LagoUnavailableError: Lago does not answer.
        """
        found = [each for each in identification.found.values() if _has_lines(each.document)]
        for begin in range(0, len(found), MOST_AT_ONCE):
            part = found[begin : begin + MOST_AT_ONCE]
            keys = [DocumentKey(TYPES[each.document.kind], each.internal_id) for each in part]
            standing = await document_lines.read(self.client, keys)
            if isinstance(standing, NoAnswer):
                return standing.reason
            contents = await self._contents(part)
            for each, lines, content in zip(part, standing, contents, strict=True):
                comparison.found += self._of_document(each.document, lines, content)
        return None

    async def _contents(self, part: Sequence[Identified]) -> list[Mapping[str, Any] | None]:
        contents: list[Mapping[str, Any] | None] = []
        for begin in range(0, len(part), READ_AT_ONCE):
            asked = [each.document for each in part[begin : begin + READ_AT_ONCE]]
            contents += await asyncio.gather(*(self.documents.one(each.kind, each.lago_id) for each in asked))
        return contents

    def _of_document(
        self, document: Expected, lines: DocumentLines, content: Mapping[str, Any] | None
    ) -> Iterator[Difference]:
        if content is None:
            return
        event = expected.event_of(document.kind, content, self.ownership.connection)
        plan = routing.plan(event, self.ownership)
        if isinstance(plan, Refused):
            said = f"{plan.rejection.code}: {plan.rejection.message}"
            yield _against(document, lines, document_checks.of_lago(document, "unmapped", {"cause": said}))
        booked = _booked(document, plan) if isinstance(plan, Mapped) else None
        for each in line_comparison.differences(booked, lines) if booked else ():
            known = document_checks.of_lago(
                document, each.what, {"lago": each.lago, "netsuite": each.netsuite}
            )
            yield _against(document, lines, known)


def _has_lines(document: Expected) -> bool:
    # What was voided has no lines of amounts any more.
    return document.kind in WITH_LINES and not (document.is_voided or document.is_void_optional)


def _booked(document: Expected, plan: Mapped) -> Booking | None:
    items = (item for item in plan.request.items if item.external_id == document.external_id)
    return next((booking.of(item) for item in items), None)


def _against(document: Expected, lines: DocumentLines, difference: Difference) -> Difference:
    return replace(
        difference, netsuite_number=lines.number or lines.internalId, url=lines.url, number=document.number
    )
