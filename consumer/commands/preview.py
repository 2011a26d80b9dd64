"""``preview``: what would be sent for given events, and why; nothing is sent."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO, assert_never

from consumer.commands import event_file
from consumer.config.connection import Connection
from consumer.mapping.result import Mapped, Mapping, Refused
from consumer.ops import plain_text
from consumer.outcome import Ignored
from consumer.pipeline import dry_run
from consumer.pipeline.known_zones import KnownZones
from schemas import wire
from schemas.envelope import Envelope, Undecodable

_REQUEST_PLACEHOLDER = '"request":null'


def run(
    files: Sequence[Path],
    connections: Sequence[Connection],
    code: str | None = None,
    out: TextIO | None = None,
) -> int:
    """
    Print one JSON object a line for every event of the files.

    A file holds one event, a JSON array of events, or one event a line; ``-`` is standard input. Without
    `code` each event goes to the connection that claims it, or to the first, which takes unclaimed ones.
    Lago's API is not called; the decisions state where it would be. A payment is dated in the time zone that
    an invoice or customer before it has named.

    Raises:
        ConfigurationError: a file cannot be read.
    """
    zones = KnownZones()
    for file in files:
        for value in event_file.of(file):
            found = dry_run.of(value, connections, code, zones)
            _put(line(found.event, found.connection, found.plan), out or sys.stdout)
    return 0


def _put(text: str, out: TextIO) -> None:
    # Byte for byte for a program; nothing in it acts on a terminal.
    print(plain_text.harmless_json(text) if out.isatty() else text, file=out)


def line(event: Envelope | Undecodable, connection: Connection, plan: Mapping) -> str:
    """One event's plan as one line of JSON; it contains the request byte for byte as it would be posted."""
    shown: dict[str, Any] = {
        "event": event.webhook_type if isinstance(event, Envelope) else None,
        "object_id": (event.object_id or None) if isinstance(event, Envelope) else None,
        "connection": connection.code,
        "outcome": None, "rule": None, "error": None, "request": None, "decisions": [],
    }  # fmt: skip
    body = "null"
    match plan:
        case Mapped():
            shown |= {"outcome": "request", "decisions": [each.as_json() for each in plan.decisions]}
            body = plan.request.body().decode()
        case Ignored():
            shown |= {"outcome": "ignored", "rule": plan.rule}
        case Refused():
            why = plan.rejection
            error = {"code": why.code, "message": why.message, "hint": why.hint, "details": why.details}
            shown |= {"outcome": "rejected", "error": error}
            shown["decisions"] = [each.as_json() for each in plan.decisions]
        case _:
            assert_never(plan)
    return wire.canonical(shown).decode().replace(_REQUEST_PLACEHOLDER, f'"request":{body}', 1)
