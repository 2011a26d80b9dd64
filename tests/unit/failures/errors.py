"""Failures, results and marks of tests about what has become of failures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from consumer.failures.failure import Failure
from consumer.record import Source
from schemas.error_mark import ErrorMark, ReplayRef
from schemas.result import Result, SourceRef, Timings

CONNECTION = "netsuite-eu"
TOPIC = "lago.invoices"


def source(offset: int) -> Source:
    return Source(topic=TOPIC, partition=0, offset=offset)


def failure(number: int = 1, **changes: Any) -> Failure:
    """The failure of one invoice; its id, document and source follow from the number."""
    given: dict[str, Any] = {
        "id": f"error-{number}",
        "connection": CONNECTION,
        "code": "invalid_mapping",
        "message": "no item",
        "hint": "",
        "event": "invoice.created",
        "object": "invoice",
        "object_id": f"inv-{number}",
        "number": f"ACME-{number}",
        "amount": Decimal("10.00"),
        "currency": "EUR",
        "source": source(number),
        "place": Source(topic="lago.accounting-provider-error", partition=0, offset=number),
        "published_ms": 1_000 * number,
    }
    return Failure(**given | changes)


def result(number: int = 1, *, offset: int = 900, **changes: Any) -> Result:
    given: dict[str, Any] = {
        "connection": CONNECTION,
        "object": "invoice",
        "lago_id": f"inv-{number}",
        "event": "invoice.created",
        "status": "created",
        "netsuite_type": "invoice",
        "internal_id": "1",
        "external_id": "lago-inv-1",
        "mapping_version": "1",
        "attempts": 1,
        "written_at": "",
        "timings": Timings(latency_ms=1, call_ms=1),
        "source": SourceRef(topic=TOPIC, partition=0, offset=offset, timestamp_ms=0),
    }
    return Result(**given | changes)


def mark(number: int, kind: str, *, replayed_to: int | None = None, attempt: int = 1) -> ErrorMark:
    replay = (
        ReplayRef(topic=TOPIC, partition=0, offset=replayed_to, attempt=attempt)
        if replayed_to is not None
        else None
    )
    return ErrorMark(
        mark=kind, error_id=f"error-{number}", connection=CONNECTION, marked_at="", replay=replay
    )
