"""``preview``: what would be sent for given events, and why; nothing is sent."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO, assert_never

from consumer import enrichment, ownership, routing
from consumer.connection import Connection
from consumer.errors import LagoNetsuiteError
from consumer.mapping.mapped import Mapped, Mapping, Refused
from consumer.outcome import Ignored
from schemas import envelope, wire
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
    `code` each event goes to the connection that claims it, or to the first, which answers for orphans.
    Lago's API is not asked; a decision says where it would be.

    Raises:
        LagoNetsuiteError: a file cannot be read.
    """
    for file in files:
        for value in _events(_read(file)):
            event = envelope.decode(value)
            connection = _connection_for(event, connections, code)
            mine = _ownership(connection, connections)
            plan = routing.plan(event, mine)
            plan = enrichment.offline(plan, enrichment.wanted(event, plan, mine), event, mine)
            print(line(event, connection, plan), file=out or sys.stdout)
    return 0


def line(event: Envelope | Undecodable, connection: Connection, plan: Mapping) -> str:
    """One event's plan as one line of JSON; the request stands in it byte for byte as it would be posted."""
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


def _ownership(connection: Connection, connections: Sequence[Connection]) -> ownership.Ownership:
    is_first = connection.code == connections[0].code
    return ownership.Ownership(connection=connection, all_connections=connections, reports_orphans=is_first)


def _connection_for(
    event: Envelope | Undecodable, connections: Sequence[Connection], code: str | None
) -> Connection:
    if code is not None:
        return next(each for each in connections if each.code == code)
    if isinstance(event, Undecodable):
        return connections[0]
    mine = (each for each in connections if ownership.claims(event, each, connections))
    return next(mine, connections[0])


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise LagoNetsuiteError(f"{file}: {error.strerror or error}; name a file with Lago events") from error


def _events(content: bytes) -> Iterator[bytes]:
    """The events of a file, each as the bytes it would have on Kafka."""
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        parsed = json.loads(content.decode())
    except (ValueError, RecursionError):
        yield from _lines_or_whole(content)
        return
    yield from _elements(content.decode()) if isinstance(parsed, list) else [content.strip()]


def _elements(array: str) -> Iterator[bytes]:
    """The elements of a JSON array as they are written there."""
    decoder = json.JSONDecoder()
    at = array.index("[") + 1
    while (at := _after_separator(array, at)) < array.rindex("]"):
        _, end = decoder.raw_decode(array, at)
        yield array[at:end].encode()
        at = end


def _after_separator(text: str, at: int) -> int:
    return len(text) - len(text[at:].lstrip(", \t\r\n"))


def _lines_or_whole(content: bytes) -> Iterator[bytes]:
    lines = [each for each in content.splitlines() if each.strip()]
    is_several = len(lines) > 1 and lines[0].lstrip().startswith(b"{") and lines[0].rstrip().endswith(b"}")
    yield from lines if is_several else [content]
