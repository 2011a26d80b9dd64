"""The result of `plan` for one event: its outcome, and hashes of what a worker would post for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, assert_never

from consumer.mapping.result import Mapped, Refused
from consumer.outcome import Ignored
from consumer.pipeline.dry_run import DryRun
from schemas import wire
from schemas.envelope import Envelope
from schemas.wire import WriteRequest


def of(found: DryRun, source: str) -> dict[str, Any]:
    """
    The entry of an event at a connection; `source` is where the event was read.

    ``sha256`` is of the body of the request when it is posted alone. Workers put several requests into one
    call and renumber the items, so each item has a hash of its own.
    """
    event = found.event if isinstance(found.event, Envelope) else None
    shown: dict[str, Any] = {
        "source": source,
        "event": event.webhook_type if event else None,
        "object_id": (event.object_id or None) if event else None,
        "connection": found.connection.code,
    }
    if found.looked_up is not None:
        shown["looked_up"] = found.looked_up.external_id
    match found.plan:
        case Mapped(request=request):
            return shown | {"outcome": "request"} | _hashes(request)
        case Ignored(rule=rule):
            return shown | {"outcome": "ignored", "rule": rule}
        case Refused(rejection=rejection):
            return shown | {"outcome": "rejected", "code": rejection.code}
        case _:
            assert_never(found.plan)


def item_sha256(item: Mapping[str, Any]) -> str:
    """The hash of an item as it is posted, but for ``ref``, its number among the items of a call."""
    return _sha256(wire.canonical({name: value for name, value in item.items() if name != "ref"}))


def _hashes(request: WriteRequest) -> dict[str, Any]:
    items = [item.as_json() for item in request.items]
    return {
        "request_id": request.request_id,
        "sha256": _sha256(request.body()),
        "items": [
            {
                "external_id": item["external_id"],
                "mode": item["mode"],
                "type": item["record"]["type"],
                "sha256": item_sha256(item),
            }
            for item in items
        ],
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
