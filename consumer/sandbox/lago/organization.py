"""
One Lago organisation: its documents and their changes.

Each change appends to `outbox` the webhooks that Lago would send for it. The content of a webhook is built at
its delivery, from the document at that time (lago-api ``SendHttpWebhookJob``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from consumer.sandbox.lago import customers
from consumer.sandbox.lago.found_rows import FoundRows
from consumer.sandbox.lago.notation import Json, id_of, instant

Now = Callable[[], datetime]


class ImpossibleError(ValueError):
    """Lago refuses the change in the present state of its documents; the text is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A webhook that is due: its type and its object."""

    webhook_type: str
    object_type: str
    lago_id: str


@dataclass(slots=True, kw_only=True)
class Organization:
    """
    All objects by Lago's ids, in the order of their creation.

    Attributes:
        now: the organisation's clock.
        is_premium: has a premium licence, without which nobody records payments by hand or requests them.
        issues_receipts: the premium setting ``issue_receipts``.
        gives_notes_back: a void gives back the credit notes that its invoice had spent, as in Lagos before
            August 2025.
        deleted: ids of deleted customers; their documents are kept.
        provider_errors: the objects of webhooks about what a payment provider has refused, by the id of the
            credit note or payment request.
        links: ``integration_customers`` by customer id.
        integrations: codes that a customer's link may name, others are skipped without an error; None allows
            all.
        numbered: number of invoices that were given a number.
        outbox: webhooks that are not sent yet.
        changes: number of changes so far.
        found_rows: the lists that are being read.
    """

    now: Now
    slug: str = "acme"
    is_premium: bool = True
    issues_receipts: bool = False
    gives_notes_back: bool = False
    lago_id: str = field(default="")
    customers: dict[str, Json] = field(default_factory=dict)
    invoices: dict[str, Json] = field(default_factory=dict)
    credit_notes: dict[str, Json] = field(default_factory=dict)
    payments: dict[str, Json] = field(default_factory=dict)
    receipts: dict[str, Json] = field(default_factory=dict)
    payment_requests: dict[str, Json] = field(default_factory=dict)
    wallets: dict[str, Json] = field(default_factory=dict)
    wallet_transactions: dict[str, Json] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    provider_errors: dict[str, Json] = field(default_factory=dict)
    links: dict[str, list[Json]] = field(default_factory=dict)
    integrations: frozenset[str] | None = None
    numbered: int = 0
    outbox: list[Announcement] = field(default_factory=list)
    changes: int = 0
    found_rows: FoundRows = field(default_factory=FoundRows, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Derive its id."""
        self.lago_id = self.lago_id or id_of("organization", self.slug)

    def customer_of(self, external_id: str) -> Json:
        """
        The customer that has the external id at present.

        Raises:
            ImpossibleError: there is none, or it is deleted.
        """
        found = self.find_customer(external_id)
        if found is None:
            raise ImpossibleError(f"no customer {external_id}")
        return found

    def find_customer(self, external_id: str) -> Json | None:
        """The customer that has the external id at present; None without one."""
        named = (one for one in reversed(self.customers.values()) if one["external_id"] == external_id)
        return next((one for one in named if one["lago_id"] not in self.deleted), None)

    def upsert_customer(self, external_id: str, **changes: Any) -> Json:
        """Create or change a customer, as ``POST /customers`` does."""
        known = self.find_customer(external_id)
        if known is None:
            return self._create_customer(external_id, changes)
        known |= changes | {"updated_at": self.at()}
        self.announce("customer.updated", known)
        return known

    def link(self, lago_id: str, sent: Sequence[Json]) -> None:
        """
        Set a customer's links.

        Existing ones that are not in the request are deleted (``IntegrationCustomers``).
        """
        allowed = self.integrations
        self.links[lago_id] = [
            link
            for link in sent
            if "id" in link or allowed is None or link.get("integration_code") in allowed
        ]

    def delete_customer(self, external_id: str) -> None:
        """Delete a customer; Lago sends no webhook for it, and the external id can be used again."""
        self.changes += 1
        self.deleted.add(self.customer_of(external_id)["lago_id"])

    def _create_customer(self, external_id: str, changes: Json) -> Json:
        place = len(self.customers) + 1
        lago_id = id_of(self.lago_id, "customer", external_id, place)
        made = {"created_at": self.at(), "updated_at": self.at(), "sequential_id": place}
        slug = {"slug": f"{self.slug.upper()}-{place:03d}"}
        customer = customers.customer(lago_id=lago_id, external_id=external_id, **made | slug | changes)
        self.customers[lago_id] = customer
        self.announce("customer.created", customer)
        return customer

    def invoice_of(self, lago_id: str) -> Json:
        """
        The invoice of that id.

        Raises:
            ImpossibleError: there is none.
        """
        if lago_id not in self.invoices:
            raise ImpossibleError(f"no invoice {lago_id}")
        return self.invoices[lago_id]

    def payable_invoice_of(self, lago_id: str) -> Json:
        """
        The invoice of that id, finalised or open: of prepaid credit that is due before it is final.

        Raises:
            ImpossibleError: there is none, or its status is another.
        """
        invoice = self.invoice_of(lago_id)
        return invoice if invoice["status"] == "open" else self.final_invoice_of(lago_id)

    def final_invoice_of(self, lago_id: str) -> Json:
        """
        The finalised invoice of that id.

        Raises:
            ImpossibleError: there is none, or its status is another.
        """
        invoice = self.invoice_of(lago_id)
        if invoice["status"] != "finalized":
            raise ImpossibleError(f"invoice {invoice['number']} is {invoice['status']}")
        return invoice

    def billing_entities(self) -> set[str]:
        """The codes of all billing entities: those that customers and invoices have."""
        owners = (*self.customers.values(), *self.invoices.values())
        return {one["billing_entity_code"] for one in owners}

    def touch(self, document: Json) -> None:
        """Set the time of change of a document."""
        self.changes += 1
        document["updated_at"] = self.at()

    def at(self) -> str:
        """The organization's present moment as Lago writes it."""
        return instant(self.now())

    def announce(self, webhook_type: str, content: Json, *, object_type: str | None = None) -> None:
        """
        Append a webhook of that type about the object to the outbox.

        The type of the object is the webhook's first word by default.
        """
        self.changes += 1
        object_type = object_type or webhook_type.partition(".")[0]
        self.outbox.append(
            Announcement(webhook_type=webhook_type, object_type=object_type, lago_id=content["lago_id"])
        )
