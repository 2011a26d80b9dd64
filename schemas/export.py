"""
Write what is generated: JSON Schemas, `asyncapi.yaml` and `ERROR_CODES.md`; ``python -m schemas.export``.

The JSON Schema of every contract goes to `schemas/json`.

Schemas of consumed events are as tolerant as the models, schemas of published ones list all members as
required.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from schemas import asyncapi, refund_failure
from schemas.audit import AuditRecord
from schemas.connection_state import ConnectionState
from schemas.credit_note import CreditNote
from schemas.customer import Customer
from schemas.error_codes import page
from schemas.error_event import ErrorEvent
from schemas.error_mark import ErrorMark
from schemas.error_resolved import ErrorResolved
from schemas.invoice import Invoice
from schemas.payment import Payment, PaymentReceipt
from schemas.reconciliation import Reconciliation
from schemas.refund_failure import RefundFailure
from schemas.result import Result
from schemas.scalar import LagoObject
from schemas.undeliverable import Undeliverable
from schemas.waiting import WaitingRecord
from schemas.wire import Response

FOLDER = Path(__file__).parent / "json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

# Each object type with its events that are not ignored.
EVENTS: dict[str, tuple[type[LagoObject], tuple[str, ...]]] = {
    "customer": (Customer, ("customer.created", "customer.updated")),
    "invoice": (
        Invoice,
        (
            "invoice.created",
            "invoice.one_off_created",
            "invoice.paid_credit_added",
            "invoice.resynced",
            "invoice.voided",
            "invoice.payment_status_updated",
        ),
    ),
    "credit_note": (CreditNote, ("credit_note.created",)),
    "credit_note_payment_provider_refund_error": (RefundFailure, refund_failure.EVENTS),
    "payment": (Payment, ("payment.succeeded",)),
    "payment_receipt": (PaymentReceipt, ("payment_receipt.created",)),
}
PUBLISHED: dict[str, type[BaseModel]] = {
    "result": Result,
    "error_event": ErrorEvent,
    "error_mark": ErrorMark,
    "error_resolved": ErrorResolved,
    "undeliverable": Undeliverable,
    "audit_record": AuditRecord,
    "waiting_record": WaitingRecord,
    "connection_state": ConnectionState,
    "reconciliation": Reconciliation,
}


class _AsWritten(GenerateJsonSchema):
    """Marks members with defaults as required, since they are always written."""

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: ARG002, FBT001 - pydantic's
        return True


def schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """The file name and schema of every contract."""
    for object_type, (model, events) in EVENTS.items():
        yield f"{object_type}_event.schema.json", _event_schema(object_type, model, events)
    for name, published in PUBLISHED.items():
        schema = published.model_json_schema(mode="serialization", schema_generator=_AsWritten)
        yield f"{name}.schema.json", {"$schema": DIALECT} | schema
    yield "restlet_response.schema.json", {"$schema": DIALECT} | Response.model_json_schema()


def _event_schema(object_type: str, model: type[LagoObject], events: Sequence[str]) -> dict[str, Any]:
    content = model.model_json_schema(ref_template="#/$defs/{model}")
    definitions = content.pop("$defs", {}) | {model.__name__: content}
    return {
        "$schema": DIALECT,
        "title": f"Lago's {object_type.replace('_', ' ')} event",
        "type": "object",
        "properties": {
            "webhook_type": {"type": "string", "minLength": 1, "examples": list(events)},
            "object_type": {"const": object_type},
            "organization_id": {"type": "string", "minLength": 1},
            object_type: {"$ref": f"#/$defs/{model.__name__}"},
        },
        "required": ["webhook_type", "object_type", "organization_id", object_type],
        "$defs": dict(sorted(definitions.items())),
    }


def text_of(schema: dict[str, Any]) -> str:
    """A schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write(folder: Path = FOLDER) -> None:
    """Write all files, and remove those of contracts that no longer exist."""
    folder.mkdir(exist_ok=True)
    texts = {name: text_of(schema) for name, schema in schemas()}
    for stale in {path.name for path in folder.glob("*.schema.json")} - texts.keys():
        (folder / stale).unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
    asyncapi.write()
    page.write()
