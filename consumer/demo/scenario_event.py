"""One event of the demo's scenario, and its expected outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Ending = Literal["booked", "ignored", "rejected"]
Until = Literal["taken", "published", "waiting"]
"""
What must be true before the next event is sent.

``taken``: ingest has accepted it; ``published``: there is a result or an error event of it; ``waiting``: the
worker has parked a record that waits for another.
"""
Way = Literal["webhook", "topic", "lago_api", "lost"]
"""
How an event comes to its topic.

``webhook``: Lago posts it to `ingest`; ``topic``: something else writes it; ``lago_api``: the worker reads it
from Lago's API; ``lost``: Lago's webhook is lost, and a backfill reads the document.
"""
Algorithm = Literal["hmac", "jwt"]
NETSUITE_TYPES = {
    "lago.customers": "customer",
    "lago.invoices": "invoice",
    "lago.credit_notes": "creditmemo",
    "lago.payments": "customerpayment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioEvent:
    """
    One event on its topic, and its expected outcome.

    Attributes:
        title: the name of the event in tables.
        topic: without the deployment's prefix.
        unique_key: of Lago's stored webhook: the same for its retries, another for each webhook endpoint.
        algorithm: of Lago's signature.
        ending: ``booked`` when its object must be in NetSuite afterwards, by this event or an earlier one.
        plant: the name of its planted fault; None without one.
        lago_id: of the object; empty when the bytes contain none.
        number: of the invoice or credit note; None for other objects.
        total: the expected total of the document, as decimal text in units of the currency; None for events
            without a document of their own: customers and voids.
        is_void: whether it voids the invoice with its Lago id.
        until: what must be true before the next event is sent.
        linked_first: ids of invoices that must have their link to NetSuite before the next event happens.
        reads: number of payments that the worker reads from Lago's API because of it.
        is_ordered: whether its invoice is written as a sales order too.
        action: what a person must still do in NetSuite; empty when nothing.
    """

    title: str
    topic: str
    key: bytes
    value: bytes
    unique_key: str
    ending: Ending
    algorithm: Algorithm = "hmac"
    way: Way = "webhook"
    plant: str | None = None
    lago_id: str = ""
    number: str | None = None
    currency: str | None = None
    total: str | None = None
    is_void: bool = False
    is_ordered: bool = False
    until: Until = "taken"
    linked_first: tuple[str, ...] = ()
    reads: int = 0
    action: str = ""

    @property
    def netsuite_type(self) -> str:
        """The NetSuite record type of its object."""
        return NETSUITE_TYPES[self.topic]

    @property
    def customer(self) -> str:
        """The external id of its customer in Lago."""
        return self.key.decode().partition(":")[2]
