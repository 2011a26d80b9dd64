"""Records of the topics that we publish, made of the examples of their schemas."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from consumer.record import LaneKey, Record, Source
from schemas import audit, error_event, error_mark, error_resolved, reconciliation, result, waiting
from schemas.audit import AuditRecord

EXAMPLES = Path("schemas/examples")
CONNECTION = "netsuite-eu"
EVENTS = "lago.invoices"


@cache
def _read(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def example(name: str) -> Any:
    return deepcopy(_read(name))


def record(
    topic: str, value: Any, *, offset: int, at_ms: int = 1_000, key: str = "key", is_mark: bool = False
) -> Record:
    """A record of a topic; a value of None is a tombstone."""
    headers = ((error_mark.HEADER, b"mark"),) if is_mark else ()
    return Record(
        source=Source(topic=topic, partition=0, offset=offset),
        timestamp_ms=at_ms,
        key=key.encode(),
        value=None if value is None else json.dumps(value).encode(),
        headers=headers,
        lane=LaneKey(f"{topic}/{offset}"),
    )


def failed(
    number: int = 1, *, offset: int = 0, at_ms: int = 1_000, event_offset: int = 0, **changes: Any
) -> Record:
    """The failure of an invoice; `changes` replace members of the event."""
    value = example("error_event")
    value["id"] = f"error-{number}"
    value["object"] |= {"lago_id": f"inv-{number}", "number": f"ACME-{number}"}
    value["source"]["topic"], value["source"]["partition"] = EVENTS, 0
    value["source"]["offset"] = event_offset or number
    return record(error_event.TOPIC, value | changes, offset=offset, at_ms=at_ms)


def marked(
    number: int,
    kind: str,
    *,
    offset: int,
    at_ms: int = 2_000,
    replayed_to: int | None = None,
    attempt: int = 1,
    error_id: str = "",
    run: str = "",
) -> Record:
    """The mark of a failure; a replay's with the offset of the new record."""
    replay = {"topic": EVENTS, "partition": 0, "offset": replayed_to, "attempt": attempt}
    value = {
        "mark": kind,
        "error_id": error_id or f"error-{number}",
        "connection": CONNECTION,
        "reason": "seen to",
        "marked_at": "2026-08-01T00:00:00Z",
        "replay": None if replayed_to is None else replay,
        "run": run,
    }
    return record(error_event.TOPIC, value, offset=offset, at_ms=at_ms, is_mark=True)


def ended(value: Any, *, offset: int) -> Record:
    """The event that ends a failure."""
    found = record(error_event.TOPIC, value, offset=offset)
    return replace(found, headers=(("ce_type", error_resolved.WEBHOOK_TYPE.encode()),))


def written(
    number: int = 1, *, offset: int = 0, at_ms: int = 3_000, event_offset: int = 0, **changes: Any
) -> Record:
    """The result of an invoice."""
    value = example("result")
    value |= {
        "lago_id": f"inv-{number}",
        "lago_number": f"ACME-{number}",
        "netsuite_number": f"INV{number:05}",
    }
    value["source"] = {"topic": EVENTS, "partition": 0, "offset": event_offset or number, "timestamp_ms": 0}
    return record(result.TOPIC, value | changes, offset=offset, at_ms=at_ms)


def parked(number: int = 1, *, offset: int = 0, **changes: Any) -> Record:
    """What a worker says of an invoice that waits."""
    value = example("waiting_record") | {"lago_id": f"inv-{number}", "number": f"ACME-{number}"} | changes
    return record(waiting.TOPIC, value, offset=offset, key=f"{CONNECTION}/{EVENTS}/0/{number}")


def settled(number: int = 1, *, offset: int = 1) -> Record:
    """The tombstone that ends the waiting."""
    return record(waiting.TOPIC, None, offset=offset, key=f"{CONNECTION}/{EVENTS}/0/{number}")


def acted(*, offset: int = 0, **changes: Any) -> Record:
    """An act of a person."""
    act = AuditRecord.model_validate(example("audit_record") | changes)
    return record(audit.TOPIC, act.model_dump(mode="json"), offset=offset)


def reconciled(*, offset: int = 0, **changes: Any) -> Record:
    """The event of one reconciliation."""
    return record(reconciliation.TOPIC, example("reconciliation") | changes, offset=offset)
