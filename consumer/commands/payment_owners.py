"""The customers of payments of which only the customer says for which of several connections they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from consumer.commands.lago_documents import LagoDocuments
from consumer.pipeline import ownership
from consumer.pipeline.ownership import Ownership
from consumer.reconcile import expected
from consumer.reconcile.expected import Kind

Customer = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOwners:
    """Looks each such customer up once, as the worker does."""

    documents: LagoDocuments
    ownership: Ownership
    _known: dict[str, Customer | None] = field(default_factory=dict)

    async def with_customer(self, kind: Kind, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """
        The row, with its customer where that decides and Lago has it.

        Raises:
            LagoUnavailableError: Lago does not answer.
        """
        event = expected.event_of(kind, row, self.ownership.connection)
        external_id = row.get("external_customer_id")
        if not external_id or not ownership.is_undecided(event, self.ownership.all_connections):
            return row
        customer = await self._customer(str(external_id))
        if customer is None:
            return row
        links = customer.get("integration_customers") or []
        return {**row, "customer": {**customer, "integration_customers": links}}

    async def is_own(self, kind: Kind, row: Mapping[str, Any]) -> bool:
        """
        Whether the connection answers for the document of a row.

        Raises:
            LagoUnavailableError: Lago does not answer.
        """
        return expected.is_owned(kind, await self.with_customer(kind, row), self.ownership)

    async def _customer(self, external_id: str) -> Customer | None:
        if external_id not in self._known:
            self._known[external_id] = await self.documents.one("customer", external_id)
        return self._known[external_id]
