"""What `reconcile` reads besides of a connection in shadow: its customers, and the lines of its documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from consumer.commands.lago_documents import LagoDocuments
from consumer.commands.reconcile_sides import Sides
from consumer.commands.shadow_customers import ShadowCustomers
from consumer.commands.shadow_lines import ShadowLines
from consumer.netsuite.client import Client
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.identification import Identification


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowReading:
    """Reads both sides, of which the heads of documents have been compared."""

    documents: LagoDocuments
    client: Client
    sides: Sides

    async def take_in(
        self, identification: Identification, comparison: Comparison, *, has_lines: bool
    ) -> AsyncIterator[str]:
        """
        Take in what differs.

        Yields:
            A sentence for each part that cannot be compared.

        Raises:
            LagoUnavailableError: Lago does not answer.
        """
        unread = await self._customers.compare(identification, comparison)
        if unread is not None:
            yield f"Customers are not compared: {unread}"
        unread = await self._lines.compare(identification, comparison) if has_lines else None
        if unread is not None:
            yield f"Lines are not compared: {unread}"

    @property
    def _customers(self) -> ShadowCustomers:
        return ShadowCustomers(
            documents=self.documents,
            client=self.client,
            ownership=self.sides.ownership,
            scope=self.sides.scope,
        )

    @property
    def _lines(self) -> ShadowLines:
        return ShadowLines(documents=self.documents, client=self.client, ownership=self.sides.ownership)
