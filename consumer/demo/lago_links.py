"""The links to NetSuite that `relay` writes into Lago's documents, and the webhooks that come back of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from consumer.demo import http, playback
from consumer.demo.customers import CODES
from consumer.demo.lago import Lago
from consumer.demo.processes_under_test import Processes
from consumer.demo.scenario_event import ScenarioEvent
from consumer.demo.topic_watch import TopicRecords, until
from consumer.relay.link_back import KEY, NOTE_KEY
from consumer.sandbox.lago.notation import Json

KEYS = frozenset({KEY, NOTE_KEY})
LINK_LIMIT_S = 30.0
ARRIVE_LIMIT_S = 15.0
WRITES = ("PUT /invoices/{lago_id}", "PATCH /credit_notes/{lago_id}/metadata")
"""The requests that write a document's link, as the emulated Lago counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """
    The state of Lago's documents at the end.

    Attributes:
        documents: number of written invoices and credit notes.
        linked: those that carry their link.
        customers: customers that are linked.
        writes: requests that wrote a document's link.
        users_entries: entries of Lago's users in metadata, before; `kept` of them are there still.
        came_back: webhooks of changes that the links made.
        more_than_once: of these, those beyond the first of an object.
    """

    documents: int
    linked: int
    customers: int
    writes: int
    users_entries: int
    kept: int
    came_back: int
    more_than_once: int


@dataclass(slots=True, kw_only=True)
class Echo:
    """
    Posts the webhooks of changes that links made, and keeps what they are about.

    Attributes:
        posted: the unique key and the object's id of each.
    """

    door: str
    posted: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, content: bytes, headers: Mapping[str, str]) -> int | None:
        """The HTTP status of one attempt; None without a response."""
        status, _ = await http.post(self.door, content, headers)
        event = json.loads(content)
        key = (headers["X-Lago-Unique-Key"], event[event["object_type"]]["lago_id"])
        self.posted += [key] if key not in self.posted else []
        return status or None

    @property
    def more_than_once(self) -> int:
        """The number of webhooks beyond the first of an object."""
        return sum(count - 1 for count in Counter(lago_id for _, lago_id in self.posted).values())


async def until_linked(lago: Lago, steps: Sequence[ScenarioEvent]) -> None:
    """Wait until every written document carries its link and every customer is linked, for some time."""
    await until(lambda: not list(_lacking(lago, steps)), limit_s=LINK_LIMIT_S)


async def until_back(processes: Processes, lago: Lago, seen: TopicRecords) -> Echo:
    """Post the webhooks of linked customers, and wait until the worker and then `relay` have seen them."""
    echo = Echo(door=processes.door)
    await lago.post_webhooks_to(echo).drain()
    await until(lambda: all(key in seen.arrivals for key, _ in echo.posted), limit_s=ARRIVE_LIMIT_S)
    arrived = [seen.arrivals[key] for key, _ in echo.posted if key in seen.arrivals]
    await playback.until_committed(processes, processes.groups, arrived)
    await _until_relay_has_read(processes, seen)
    return echo


async def _until_relay_has_read(processes: Processes, seen: TopicRecords) -> None:
    last = [(topic, partition, offset) for (topic, partition), offset in seen.last_results.items()]
    groups = [f"{processes.settings.consumer_group}.links.{code}" for code in CODES]
    await playback.until_committed(processes, groups, last)


def links(lago: Lago, steps: Sequence[ScenarioEvent], echo: Echo) -> Links:
    """What the links have become."""
    documents = list(_documents(lago, steps))
    users = lago.month.users_entries
    kept = sum(
        _entries(lago.month.document(lago_id)).get(key) == value
        for lago_id, entries in users.items()
        for key, value in entries.items()
    )
    return Links(
        documents=len(documents),
        linked=sum(bool(_entries(each).keys() & KEYS) for each in documents),
        customers=sum(map(bool, lago.month.organization.links.values())),
        writes=sum(lago.server.rest.requests.get(route, 0) for route in WRITES),
        users_entries=sum(map(len, users.values())),
        kept=kept,
        came_back=len(echo.posted),
        more_than_once=echo.more_than_once + len(lago.month.organization.outbox),
    )


def problems(found: Links, lago: Lago, steps: Sequence[ScenarioEvent]) -> list[str]:
    """One sentence for each deviation."""
    wrong = [f"{each} has no link to NetSuite in Lago" for each in _lacking(lago, steps)]
    if found.kept < found.users_entries:
        wrong.append(f"of {found.users_entries} entries of Lago's users, {found.kept} are left")
    if found.writes > found.documents:
        wrong.append(f"{found.writes} requests wrote the links of {found.documents} documents")
    if found.more_than_once:
        wrong.append(f"{found.more_than_once} webhooks came back more than once")
    return wrong


def _lacking(lago: Lago, steps: Sequence[ScenarioEvent]) -> Iterator[str]:
    documents = (document for document in _documents(lago, steps) if not _entries(document).keys() & KEYS)
    yield from (document["number"] for document in documents)
    organization = lago.month.organization
    for customer in {step.customer for step in steps if step.ending == "booked" and step.customer}:
        if not organization.links.get(organization.customer_of(customer)["lago_id"]):
            yield customer


def _documents(lago: Lago, steps: Sequence[ScenarioEvent]) -> Iterator[Json]:
    """The invoices and credit notes in Lago that are written to NetSuite, each once."""
    ids = dict.fromkeys(step.lago_id for step in steps if step.ending == "booked" and step.number)
    return (lago.month.document(lago_id) for lago_id in ids)


def _entries(document: Json) -> dict[str, Any]:
    """The metadata of an invoice or a credit note by key."""
    metadata = document.get("metadata") or {}
    return metadata if isinstance(metadata, dict) else {each["key"]: each["value"] for each in metadata}
