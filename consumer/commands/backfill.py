"""``backfill``: produces Lago's documents to the topics as webhooks; a plan first, sent with ``--go``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from consumer.backfill import plan as plans
from consumer.backfill import progress
from consumer.backfill.closed_periods import ClosedPart, closed_part
from consumer.backfill.kinds import ORIGIN
from consumer.backfill.plan import BackfillPlan, Row
from consumer.backfill.progress import Sending
from consumer.clock import Clock, SystemClock
from consumer.commands import (
    audit_trail,
    backfill_periods,
    backfill_report,
    connection_pause,
    progress_bar,
)
from consumer.commands.audit_trail import AuditTrail
from consumer.commands.backfill_periods import Unknown
from consumer.commands.job_progress import JobProgress
from consumer.commands.lago_documents import IsOwn, LagoDocuments, Scope
from consumer.commands.payment_owners import PaymentOwners
from consumer.commands.read_ahead import in_order
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.errors import ConfigurationError
from consumer.events import headers
from consumer.events.lago_webhook import Kind, Webhook, webhook_of
from consumer.kafka.cluster import Cluster
from consumer.lago.client import LagoClient
from consumer.limits.pause import Pauses
from consumer.ops import signals
from consumer.pipeline.ownership import Ownership
from consumer.record import Event
from schemas.scalar import utc_text

DONE, FAILED = 0, 1
CHUNK = 100
"""Number of objects that are sent together, at most those of a second."""
READ_AT_ONCE = 50
"""Number of objects that are read from Lago concurrently: those of a second."""
POSITION_EVERY = 500

Read = tuple[Row, Mapping[str, Any] | None]
"""An object of the plan as Lago shows it now; None when Lago no longer has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    The options of a run.

    Attributes:
        connections: all of the file, which say whose a document is.
        go: send; else only plan.
        restart: send from the beginning, also if a run with the same scope was interrupted.
        rate_per_s: maximum number of events a second; None for the rate that Lago allows.
    """

    connection: Connection
    connections: tuple[Connection, ...]
    kinds: tuple[Kind, ...]
    scope: Scope
    actor: str
    go: bool = False
    restart: bool = False
    rate_per_s: float | None = None
    as_json: bool = False
    progress: JobProgress = field(default_factory=JobProgress)

    @property
    def chunk(self) -> int:
        """Number of objects that are sent together."""
        return CHUNK if self.rate_per_s is None else max(1, min(CHUNK, int(self.rate_per_s)))

    @property
    def filters(self) -> str:
        """The scope as text; a run continues at the position of an interrupted one with the same text."""
        scope = self.scope
        return json.dumps([self.kinds, str(scope.since), str(scope.until), sorted(scope.customers)])


async def run(settings: Settings, wish: Wish) -> int:
    """
    Plan a backfill, and send it with `go`; 0 when it is done, 1 when it was interrupted.

    Raises:
        ConfigurationError: the connection has no API key, or one of another organisation.
        LagoUnavailableError: Lago does not respond, or the key may not read a list.
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge an event; a second run continues.
    """
    clock = SystemClock()
    async with lago_documents_of(wish.connection, clock, wish.progress) as documents:
        await documents.check_organization()
        plan = await documents.planned(wish.kinds, wish.scope, _is_own(wish, documents))
        if not wish.go:
            closed = await _closed_part(wish, plan, clock)
            backfill_report.show_plan(plan, wish.kinds, wish.connection, closed, as_json=wish.as_json)
            wish.progress.end(backfill_report.content_of(plan, wish.kinds, wish.connection, closed))
            return DONE
        async with audit_trail.opened(Cluster.of(settings), clock) as trail:
            connection_pause.warn(Pauses.of_acts(trail.records), [wish.connection.code])
            sending = await _send(wish, plan, documents, trail, clock)
    backfill_report.show_end(sending, plan, wish.kinds, as_json=wish.as_json)
    wish.progress.end(backfill_report.ended_content_of(sending, plan, wish.kinds))
    return FAILED if sending.is_interrupted else DONE


@asynccontextmanager
async def lago_documents_of(
    connection: Connection, clock: Clock, progress: JobProgress | None = None
) -> AsyncIterator[LagoDocuments]:
    """
    Lago's documents of a connection, through a client that is closed at the end; `progress` counts rows.

    Raises:
        ConfigurationError: it has no API key.
    """
    if not (connection.lago.api_url and connection.lago.api_key):
        place = connection.at("lago")
        raise ConfigurationError(
            [f"{place}: connection {connection.code}: reading Lago needs lago.api_url and lago.api_key"]
        )
    client = LagoClient(connection, clock=clock)
    try:
        yield LagoDocuments(connection=connection, client=client, progress=progress or JobProgress())
    finally:
        await client.aclose()


def _is_own(wish: Wish, documents: LagoDocuments) -> IsOwn:
    ownership = Ownership(
        connection=wish.connection,
        all_connections=wish.connections,
        reports_orphans=wish.connection.code == wish.connections[0].code,
    )
    return PaymentOwners(documents=documents, ownership=ownership).is_own


async def _closed_part(wish: Wish, plan: BackfillPlan, clock: Clock) -> ClosedPart | Unknown | None:
    months = await backfill_periods.read(wish.connection, clock)
    if months is None or isinstance(months, Unknown):
        return months
    return closed_part(plan, wish.kinds, months, wish.connection.start_date)


async def _send(
    wish: Wish, plan: BackfillPlan, documents: LagoDocuments, trail: AuditTrail, clock: Clock
) -> Sending:
    known = progress.position_of(trail.records, wish.connection.code, wish.filters)
    position = {} if wish.restart else known
    rows = plans.after(plan.ordered(wish.kinds), position)
    sending, stopping = Sending(total=len(rows), position=dict(position)), asyncio.Event()
    code = wish.connection.code

    async def note(state: str) -> None:
        details = sending.details(wish.filters, state)
        await trail.append(code, "backfill", actor=wish.actor, details=details)

    await note("started")
    with (
        progress_bar.on_terminal(is_quiet=wish.as_json or wish.progress.is_on) as bars,
        signals.interruptible(stopping),
    ):
        bar = bars.add_task("backfill", total=len(rows))
        async with in_order(rows, documents.content, at_once=READ_AT_ONCE) as contents:
            for begin in range(0, len(rows), wish.chunk):
                if stopping.is_set():
                    break
                chunk = [(row, await anext(contents)) for row in rows[begin : begin + wish.chunk]]
                await _send_chunk(chunk, sending, documents.connection, trail, clock)
                done = begin + len(chunk)
                bars.update(bar, completed=done)
                wish.progress.at("sends", done, len(rows))
                if done // POSITION_EVERY > begin // POSITION_EVERY:
                    await note("running")
                if done < len(rows):
                    await _pace(wish.rate_per_s, len(chunk), stopping)
    sending.is_interrupted = stopping.is_set() and sending.sent + sending.gone < len(rows)
    await note("interrupted" if sending.is_interrupted else "done")
    return sending


async def _send_chunk(
    chunk: Sequence[Read], sending: Sending, connection: Connection, trail: AuditTrail, clock: Clock
) -> None:
    events = []
    for row, content in chunk:
        if content is None:
            sending.gone += 1
        else:
            webhook = webhook_of(row.kind, content, connection.lago.organization_id)
            events.append(event_of(webhook, code=connection.code, clock=clock))
    await asyncio.gather(*map(trail.publish, events))
    sending.sent += len(events)
    for row, _ in chunk:
        sending.position[row.kind] = row.key


def event_of(webhook: Webhook, *, code: str, clock: Clock) -> Event:
    """The event of a webhook, with the header that marks it as one of a backfill."""
    published = headers.cloud_event(
        event_id=f"{webhook.webhook_type}:{webhook.lago_id}",
        event_type=webhook.webhook_type,
        source=f"/lago-netsuite/{code}/backfill",
        time=utc_text(clock.now()),
    )
    return Event(topic=webhook.topic, key=webhook.key, value=webhook.value, headers=(*published, ORIGIN))


async def _pace(rate_per_s: float | None, sent: int, stopping: asyncio.Event) -> None:
    """Wait as long as so many may take; a signal ends the wait."""
    if rate_per_s is None:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(sent / rate_per_s):
            await stopping.wait()
