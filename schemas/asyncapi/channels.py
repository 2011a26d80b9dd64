"""Every topic and every HTTP address, with its messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemas import audit, error_event, reconciliation, result, undeliverable, waiting
from schemas.asyncapi.messages import EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """
    One topic, or one HTTP address.

    Attributes:
        action: what lago-netsuite does with its messages: ``send`` or ``receive``.
        is_compacted: whether the topic is compacted: Kafka keeps the last record of every key.
    """

    address: str
    server: str
    action: Literal["send", "receive"]
    messages: tuple[str, ...]
    summary: str
    is_compacted: bool = False


CHANNELS = {
    "customers": Channel(
        address="lago.customers", server="kafka", action="receive", messages=("customer_event",),
        summary="Customers become NetSuite customers.",
    ),
    "invoices": Channel(
        address="lago.invoices", server="kafka", action="receive", messages=("invoice_event",),
        summary="Invoices become invoices, and sales orders where that is wanted; voids are voided.",
    ),
    "creditNotes": Channel(
        address="lago.credit_notes", server="kafka", action="receive",
        messages=("credit_note_event", "credit_note_payment_provider_refund_error_event"),
        summary="Credit notes become credit memos; a refund that has failed becomes an error.",
    ),
    "payments": Channel(
        address="lago.payments", server="kafka", action="receive",
        messages=("payment_event", "payment_receipt_event"),
        summary="Payments and receipts become customer payments.",
    ),
    "results": Channel(
        address=result.TOPIC, server="kafka", action="send", messages=("result",), is_compacted=True,
        summary="What was written to NetSuite.",
    ),
    "errors": Channel(
        address=error_event.TOPIC, server="kafka", action="send",
        messages=("error_event", "error_mark", "error_resolved"),
        summary="What could not be written, and what became of it.",
    ),
    "undeliverable": Channel(
        address=undeliverable.TOPIC, server="kafka", action="send", messages=("undeliverable",),
        summary="Webhooks that could not be delivered.",
    ),
    "waiting": Channel(
        address=waiting.TOPIC, server="kafka", action="send", messages=("waiting_record", "connection_state"),
        is_compacted=True,
        summary="What waits in the workers for more than half a minute, and how connections stand there.",
    ),
    "audit": Channel(
        address=audit.TOPIC, server="kafka", action="send", messages=("audit_record",),
        summary="What people did: backfills, replays, closed failures.",
    ),
    "reconciliations": Channel(
        address=reconciliation.TOPIC, server="kafka", action="send", messages=("reconciliation",),
        summary="Whether Lago's documents and NetSuite's agree: one event a run of `reconcile`.",
    ),
    "lagoWebhooks": Channel(
        address="/lago/{connection}", server="ingest", action="receive",
        messages=tuple(message.name for message in EVENTS),
        summary="Lago posts its webhooks here; 202 means that Kafka has them.",
    ),
    "yourEndpoint": Channel(
        address="{path}", server="endpoint", action="send",
        messages=("error_event", "error_resolved", "customer_created_webhook"),
        summary="The relay posts signed webhooks to the endpoints of connections.yaml.",
    ),
}  # fmt: skip
