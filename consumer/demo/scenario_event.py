"""One event of the demo's story, and what must become of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Ending = Literal["booked", "ignored", "rejected"]
Until = Literal["taken", "told", "waiting"]
"""Ingest has taken it; something has been published about it; the worker has it wait for something else."""
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
    One event on its topic, and how it must end.

    Attributes:
        title: what a person calls it.
        topic: without the deployment's prefix.
        unique_key: of Lago's stored webhook: the same for its repeats, another for each of Lago's endpoints.
        algorithm: how Lago signs it.
        is_webhook: whether it comes through `ingest`; else something put it straight on its topic.
        ending: ``booked`` means that NetSuite holds its object afterwards, whoever brought it there.
        plant: the name of the fault that is planted here, when there is one.
        lago_id: of the object; empty when the bytes hold none.
        number: of the invoice or credit note; None for anything else.
        total: what the document must amount to, as decimal text in units of the currency; None for what is
            no document of its own: customers and voids.
        effect: what it adds to what the customer owes, in units of the currency; None for what has none of
            its own, such as the receipt of a payment that has been told of.
        is_void: whether it takes back the invoice of its id.
        until: what must have become of it before the next is sent.
        is_ordered: whether its invoice is written as a sales order too.
        action: what a person still has to do about it in NetSuite.
    """

    title: str
    topic: str
    key: bytes
    value: bytes
    unique_key: str
    ending: Ending
    algorithm: Algorithm = "hmac"
    is_webhook: bool = True
    plant: str | None = None
    lago_id: str = ""
    number: str | None = None
    currency: str | None = None
    total: str | None = None
    effect: Decimal | None = None
    is_void: bool = False
    is_ordered: bool = False
    until: Until = "taken"
    action: str = ""

    @property
    def netsuite_type(self) -> str:
        """The type of the NetSuite record that stands for its object."""
        return NETSUITE_TYPES[self.topic]

    @property
    def customer(self) -> str:
        """The external id of its customer in Lago."""
        return self.key.decode().partition(":")[2]
