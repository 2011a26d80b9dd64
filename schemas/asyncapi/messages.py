"""Every message: its schema, its headers, its key, and an example."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from schemas.audit import AuditRecord
from schemas.connection_state import ConnectionState
from schemas.error_event import ErrorEvent
from schemas.error_mark import ErrorMark
from schemas.error_resolved import ErrorResolved
from schemas.reconciliation import Reconciliation
from schemas.result import Result
from schemas.undeliverable import Undeliverable
from schemas.waiting import WaitingRecord

EXAMPLES = Path(__file__).parents[1] / "examples"
CREATED_WEBHOOK = "customer.accounting_provider_created"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    One message.

    Attributes:
        name: of its file in `schemas/examples`, and of its schema in `schemas/json` unless `schema` is given.
        headers: of `schemas.asyncapi.headers`.
        key: description of the Kafka key; None for a message without one.
        written_as: the model that serialises it; its default members are added to the example.
    """

    name: str
    title: str
    summary: str
    headers: str
    key: str | None = None
    schema: Json | None = None
    written_as: type[BaseModel] | None = None

    @property
    def example(self) -> Json:
        """An example with all members that are written."""
        example: Json = json.loads((EXAMPLES / f"{self.name}.json").read_text(encoding="utf-8"))
        return self.written_as.model_validate(example).model_dump(mode="json") if self.written_as else example


_INPUT_KEY = "`organization id:external customer id` when produced by `ingest`; any key is accepted"
_CREATED: Json = {
    "type": "object",
    "properties": {
        "webhook_type": {"const": CREATED_WEBHOOK},
        "object_type": {"const": "customer"},
        "organization_id": {"type": "string"},
        "customer": {
            "type": "object",
            "properties": {
                "lago_id": {"type": "string"},
                "external_id": {"type": ["string", "null"]},
                "integration_customers": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "type": {"const": "netsuite"},
                            "integration_code": {"type": "string"},
                            "external_customer_id": {"type": "string"},
                        },
                        "required": ["type", "integration_code", "external_customer_id"],
                    },
                },
                "netsuite_url": {"type": ["string", "null"]},
            },
            "required": ["lago_id", "external_id", "integration_customers", "netsuite_url"],
        },
    },
    "required": ["webhook_type", "object_type", "organization_id", "customer"],
}


def _event(object_type: str) -> Message:
    words = object_type.replace("_", " ")
    return Message(
        name=f"{object_type}_event",
        title=f"Lago's {words} event",
        summary="The body of Lago's webhook, bytes untouched.",
        headers="lagoEvent",
        key=_INPUT_KEY,
    )


REFUND_ERROR = "credit_note_payment_provider_refund_error"
EVENTS = tuple(
    map(_event, ("customer", "invoice", "credit_note", REFUND_ERROR, "payment", "payment_receipt"))
)
_OUTPUTS = (
    Message(
        name="result",
        title="What was written",
        summary="One Lago object and the NetSuite record that stands for it.",
        headers="published",
        key="`connection:object:lago id`",
        written_as=Result,
    ),
    Message(
        name="error_event",
        title="What failed, why, and what to change",
        summary="Lago's own error body, then the document, the fix, and the event that failed.",
        headers="publishedError",
        key="the aggregate, such as `invoice:<lago id>`",
        written_as=ErrorEvent,
    ),
    Message(
        name="error_mark",
        title="What became of an error event",
        summary="On the same partition and key as the error event that it is about.",
        headers="mark",
        key="that of the error event",
        written_as=ErrorMark,
    ),
    Message(
        name="error_resolved",
        title="The end of a failure",
        summary="A replay or a later event has brought the document to NetSuite, or a person has closed it.",
        headers="act",
        key="that of the error event",
        written_as=ErrorResolved,
    ),
    Message(
        name="undeliverable",
        title="A webhook that no attempt could deliver",
        summary="What the relay gave up on.",
        headers="published",
        key="the endpoint's id",
        written_as=Undeliverable,
    ),
    Message(
        name="waiting_record",
        title="What waits, and for what",
        summary="An event that a worker has parked; a tombstone follows when it is settled.",
        headers="published",
        key="`connection/topic/partition/offset` of the event",
        written_as=WaitingRecord,
    ),
    Message(
        name="connection_state",
        title="How a connection stands at a worker",
        summary="Circuit breaker and permits, every minute; after three minutes nothing is known.",
        headers="act",
        key="`/state/connection/partition`, of the worker's lowest partition",
        written_as=ConnectionState,
    ),
    Message(
        name="audit_record",
        title="What a person did",
        summary="One act, chained by hashes to the act before it.",
        headers="act",
        key="the connection's code",
        written_as=AuditRecord,
    ),
    Message(
        name="reconciliation",
        title="Whether the books agree",
        summary="One comparison of Lago's documents with NetSuite's: counts, sums and differences.",
        headers="act",
        key="`connection:run id`",
        written_as=Reconciliation,
    ),
    Message(
        name="customer_created_webhook",
        title="A customer has come into being in NetSuite",
        summary=f"Lago's webhook `{CREATED_WEBHOOK}`.",
        headers="webhook",
        schema=_CREATED,
    ),
)
MESSAGES = {message.name: message for message in (*EVENTS, *_OUTPUTS)}
