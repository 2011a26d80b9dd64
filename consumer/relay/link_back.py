"""
Links to NetSuite in Lago: the metadata of each written invoice and credit note has its record's address.

A `Deliver` over the results. It reads the document first and writes at most once: entries of users stay, a
full list is not changed, and an existing link is not written again. A customer is linked only where Lago has
no link for the connection; Lago then sends ``customer.updated``, and its result finds the link.
Source: lago-api ``Metadata::UpdateInvoiceService``, ``credit_notes_controller.rb``, ``IntegrationCustomers``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote

import structlog

from consumer.config.connection import Connection
from consumer.lago.lookup_result import Failed
from consumer.lago.reply import Absent, Body, Refused, Reply, WriteReply
from consumer.outcome import (
    AlreadyThere,
    Delivered,
    Ignored,
    Outcome,
    Rejected,
    Release,
    Unavailable,
    nothing_held,
)
from consumer.record import Record
from schemas import wire
from schemas.lane import Place

KEY = "netsuite"
NOTE_KEY = "netsuite_url"
MAX_ENTRIES = 5
MAX_VALUE_CHARS = 140
MAX_NOTE_VALUE_CHARS = 255
REQUESTS_PER_S = 10
"""A fifth of Lago's limit of 50 for an organisation, so that backfills and look-ups have the rest."""
REQUESTS_PER_S_WHEN_FREE = 25
"""Half of it, while Lago's responses say that at least half is left."""

log = structlog.get_logger(__name__)


class Client(Protocol):
    """Lago's API; `consumer.lago.client.LagoClient`."""

    async def get(self, path: str, *, resource: str) -> Reply:
        """Read one object."""
        ...

    async def send(self, method: Any, path: str, content: Mapping[str, Any], *, resource: str) -> WriteReply:
        """Make one change."""
        ...


class Observer(Protocol):
    """Receives the outcomes, for metrics."""

    def link_settled(self, *, connection: str, object: str, outcome: str) -> None:  # noqa: A002 - a label
        """Count one document's link: ``written``, ``already_there``, or the rule why there is none."""
        ...


class LinkBack:
    """The links of one connection."""

    def __init__(self, connection: Connection, client: Client, observer: Observer) -> None:
        """Create the links of one connection; sends nothing."""
        self._code = connection.code
        self._client = client
        self._observer = observer
        # Lago skips a link of a code that it has no integration for, without an error.
        self._has_integration = True

    async def deliver(self, records: Sequence[Record], release: Release = nothing_held) -> Sequence[Outcome]:
        """The outcome of each result, in order; `Unavailable` while Lago's API is not."""
        outcomes = await asyncio.gather(*map(self._linked, records))
        release(outcomes)
        return outcomes

    async def give_up(self, record: Record, rejected: Rejected) -> None:
        """Log that a link is not written after its maximum age; the document itself is in NetSuite."""
        log.warning("link_given_up", connection=self._code, source=str(record.source), code=rejected.code)

    async def _linked(self, record: Record) -> Outcome:
        result = _result(record)
        if result is None or result.get("connection") != self._code:
            return Ignored(rule="other_connection")
        outcome = await self._link(result)
        if not isinstance(outcome, Unavailable):
            name = outcome.rule if isinstance(outcome, Ignored) else _NAMES[type(outcome)]
            kind = str(result.get("object"))
            self._observer.link_settled(connection=self._code, object=kind, outcome=name)
        return outcome

    async def _link(self, result: Mapping[str, Any]) -> Outcome:
        if not (result.get("url") and result.get("lago_id")) or result.get("status") == "voided":
            return Ignored(rule="no_link")
        match result.get("object"):
            case "invoice":
                return await self._invoice(str(result["lago_id"]), str(result["url"]))
            case "credit_note":
                return await self._credit_note(str(result["lago_id"]), str(result["url"]))
            case "customer" if result.get("lago_number") and self._has_integration:
                return await self._customer(str(result["lago_number"]), str(result.get("internal_id")))
            case _:
                return Ignored(rule="no_link")

    async def _invoice(self, lago_id: str, url: str) -> Outcome:
        path = f"invoices/{quote(lago_id, safe='')}"
        reply = await self._client.get(path, resource="invoice")
        match reply:
            case Body(content={"invoice": {"metadata": [*entries]}}):
                entries = [entry for entry in entries if isinstance(entry, dict)]
            case Body():
                entries = []
            case _:
                return _unread(reply)
        after = with_link(entries, url)
        if not isinstance(after, list):
            return after
        return _of(await self._client.send("PUT", path, {"invoice": {"metadata": after}}, resource="invoice"))

    async def _credit_note(self, lago_id: str, url: str) -> Outcome:
        path = f"credit_notes/{quote(lago_id, safe='')}"
        reply = await self._client.get(path, resource="credit_note")
        if not isinstance(reply, Body):
            return _unread(reply)
        note = reply.content.get("credit_note")
        known = note.get("metadata") if isinstance(note, dict) else None
        if isinstance(known, dict) and known.get(NOTE_KEY) == url:
            return _ALREADY_THERE
        if len(url) > MAX_NOTE_VALUE_CHARS:
            return Ignored(rule="link_too_long")
        change = {"metadata": {NOTE_KEY: url}}
        return _of(await self._client.send("PATCH", f"{path}/metadata", change, resource="credit_note"))

    async def _customer(self, external_id: str, internal_id: str) -> Outcome:
        reply = await self._client.get(f"customers/{quote(external_id, safe='')}", resource="customer")
        if not isinstance(reply, Body):
            return _unread(reply)
        if self._is_linked(reply):
            # Lago would call NetSuite itself for a change of a link that exists.
            return _ALREADY_THERE
        others = [{"id": link.get("lago_id")} | dict(link) for link in _links(reply)]
        link = {
            "integration_type": "netsuite",
            "integration_code": self._code,
            "external_customer_id": internal_id,
            "sync_with_provider": False,
        }
        change = {"customer": {"external_id": external_id, "integration_customers": [*others, link]}}
        sent = await self._client.send("POST", "customers", change, resource="customer")
        if isinstance(sent, Body) and not self._is_linked(sent):
            self._has_integration = False
            log.warning("lago_has_no_such_integration", connection=self._code)
            return Ignored(rule="no_integration_in_lago")
        return _of(sent)

    def _is_linked(self, reply: Body) -> bool:
        return any(link.get("integration_code") == self._code for link in _links(reply))


def with_link(entries: Sequence[Any], url: str) -> list[dict[str, Any]] | Outcome:
    """
    An invoice's metadata with the link in it, or why nothing is to be written.

    Lago deletes entries that a request does not contain, so all others are sent again with their ids.
    """
    own = next((entry for entry in entries if entry.get("key") == KEY), None)
    if own is not None and own.get("value") == url:
        return _ALREADY_THERE
    if len(url) > MAX_VALUE_CHARS:
        return Ignored(rule="link_too_long")
    if own is None and len(entries) >= MAX_ENTRIES:
        return Ignored(rule="metadata_full")
    kept = [
        {"id": entry.get("lago_id"), "key": entry.get("key"), "value": entry.get("value")}
        for entry in entries
        if entry is not own
    ]
    changed = {"key": KEY, "value": url}
    return [*kept, changed if own is None else {"id": own.get("lago_id")} | changed]


def place_of(value: bytes | None) -> Place:
    """The lane of a result: results of one document are handled in order."""
    result = _parsed(value)
    lago_id = result.get("lago_id") if result else None
    return Place(lane=f"{result.get('object')}:{lago_id}" if result and lago_id else None)


def _result(record: Record) -> dict[str, Any] | None:
    return _parsed(record.value)


def _parsed(value: bytes | None) -> dict[str, Any] | None:
    try:
        parsed = wire.loads(value or b"")
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _links(reply: Body) -> list[Mapping[str, Any]]:
    customer = reply.content.get("customer")
    links = customer.get("integration_customers") if isinstance(customer, dict) else None
    return [link for link in links if isinstance(link, dict)] if isinstance(links, list) else []


def _unread(reply: Absent | Failed) -> Outcome:
    match reply:
        case Absent():
            return Ignored(rule="gone_in_lago")
        case Failed(reason=reason, retry_after_s=retry_after_s):
            return Unavailable(reason=reason, retry_after_s=retry_after_s)


def _of(reply: WriteReply) -> Outcome:
    match reply:
        case Body():
            return Delivered(written=())
        case Refused(code=code):
            return Ignored(rule="voided_in_lago" if "voided" in code else "refused_by_lago")
        case Absent() | Failed():
            return _unread(reply)


_ALREADY_THERE = AlreadyThere(written=())
_NAMES: dict[type[Outcome], str] = {Delivered: "written", AlreadyThere: "already_there"}
