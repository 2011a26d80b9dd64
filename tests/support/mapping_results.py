"""The plan of an event at a connection, and the parts of its request."""

from __future__ import annotations

import json
from typing import Any

from consumer.config.connection import Connection
from consumer.mapping.result import Mapped, Mapping, Refused
from consumer.outcome import Ignored, Rejected
from consumer.pipeline import routing
from consumer.pipeline.ownership import Ownership
from schemas import envelope
from tests.support.connection_files import connection as default_connection

Json = dict[str, Any]


def plan(value: bytes | None, connection: Connection | None = None) -> Mapping:
    """The plan of the only connection of a file, which is also responsible for unclaimed events."""
    chosen = connection or default_connection()
    ownership = Ownership(connection=chosen, all_connections=(chosen,), reports_orphans=True)
    return routing.plan(envelope.decode(value), ownership)


def mapped(value: bytes, connection: Connection | None = None) -> Mapped:
    """The plan, which has to be a request."""
    planned = plan(value, connection)
    assert isinstance(planned, Mapped), planned
    return planned


def refused(value: bytes | None, connection: Connection | None = None) -> Rejected:
    """Why the event is refused, which it has to be."""
    planned = plan(value, connection)
    assert isinstance(planned, Refused), planned
    return planned.rejection


def ignored(value: bytes, connection: Connection | None = None) -> str:
    """The rule by which the event is ignored, which it has to be."""
    planned = plan(value, connection)
    assert isinstance(planned, Ignored), planned
    return planned.rule


def items(value: bytes, connection: Connection | None = None) -> list[Json]:
    """The items of the request as they are posted."""
    posted: Json = json.loads(mapped(value, connection).request.body())
    found: list[Json] = posted["items"]
    return found


def document(value: bytes, connection: Connection | None = None) -> Json:
    """The last item of the request: the document, or the customer of a customer event."""
    return items(value, connection)[-1]


def columns(value: bytes, connection: Connection | None = None) -> Json:
    """The columns of the document."""
    found: Json = document(value, connection)["record"]["columns"]
    return found


def lines(value: bytes, connection: Connection | None = None) -> list[Json]:
    """The item lines of the document."""
    found: list[Json] = document(value, connection)["record"]["lines"][0]["lineItems"]
    return found


def tax_details(value: bytes, connection: Connection | None = None) -> list[Json]:
    """The tax details of the document; none when the record carries none."""
    sublists = document(value, connection)["record"].get("taxdetails", [])
    return [line for sublist in sublists for line in sublist["lineItems"]]
