"""``reconcile``: Lago's documents and NetSuite's, record by record; the last line says whether they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from consumer.clock import Clock, SystemClock
from consumer.commands import audit_trail, failure_log, reconcile_report
from consumer.commands.backfill import event_of, lago_documents_of
from consumer.commands.lago_documents import LagoDocuments, Scope
from consumer.commands.payment_owners import PaymentOwners
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.errors import StartupError
from consumer.events.lago_webhook import Kind as SentKind
from consumer.events.lago_webhook import webhook_of
from consumer.kafka.cluster import Cluster
from consumer.netsuite import ledger
from consumer.netsuite.account_survey import NoAnswer
from consumer.netsuite.client import Client
from consumer.outcome import Ignored
from consumer.pipeline.ownership import Ownership
from consumer.reconcile import expected
from consumer.reconcile.comparison import Causes, Comparison
from consumer.reconcile.difference import REPAIRABLE, Difference
from consumer.reconcile.expected import Kind
from schemas.ledger import LedgerQuestion

IN_BALANCE, DIFFERENCES = 0, 1
KINDS: tuple[Kind, ...] = ("invoice", "credit_note", "payment")
# NetSuite dates some documents in another zone than Lago's list.
MARGIN = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What is asked for.

    Attributes:
        repair: send what is missing, where `go` says so; else only say what would be sent.
        csv: folder for the differences as a file.
    """

    connection: Connection
    connections: tuple[Connection, ...]
    scope: Scope
    actor: str
    repair: bool = False
    go: bool = False
    csv: Path | None = None
    as_json: bool = False


@dataclass(slots=True, kw_only=True)
class Run:
    """One comparison, and what was sent to repair it."""

    wish: Wish
    comparison: Comparison = field(default_factory=Comparison)
    differences: list[Difference] = field(default_factory=list)
    repaired: int = 0


async def run(settings: Settings, wish: Wish) -> int:
    """
    Compare and print; 0 in balance, 1 where a document does not agree.

    Raises:
        ConfigurationError: the connection has no API key, or one of another organisation.
        LagoUnavailableError: Lago does not answer, or the key may not read a list.
        StartupError: NetSuite or Kafka does not answer.
        ContractError: Kafka did not acknowledge what was sent to repair.
    """
    clock, ended = SystemClock(), Run(wish=wish)
    async with lago_documents_of(wish.connection, clock) as documents:
        await documents.check_organization()
        await _read_lago(documents, ended)
        await _read_netsuite(ended, clock)
        ended.differences = ended.comparison.end(await _causes(settings, wish.connection))
        if wish.repair and wish.go:
            await _repair(settings, documents, ended, clock)
    reconcile_report.show(
        ended.comparison, ended.differences, wish.connection, as_json=wish.as_json, csv=wish.csv,
        repaired=ended.repaired if wish.go else None, offers_repair=wish.repair,
    )  # fmt: skip
    return DIFFERENCES if ended.differences else IN_BALANCE


async def _read_lago(documents: LagoDocuments, ended: Run) -> None:
    wish = ended.wish
    ownership = Ownership(
        connection=wish.connection,
        all_connections=wish.connections,
        reports_orphans=wish.connection.code == wish.connections[0].code,
    )
    owners = PaymentOwners(documents=documents, ownership=ownership)
    for kind in KINDS:
        async for rows in documents.listed(kind, wish.scope):
            for row in rows:
                found = expected.of(kind, await owners.with_customer(kind, row), ownership)
                if isinstance(found, Ignored):
                    key = expected.external_id(kind, row.get("lago_id"))
                    ended.comparison.leave_out(key, found.rule)
                else:
                    ended.comparison.expect(found, is_in_window=_is_in_window(row, wish.scope))


def _is_in_window(row: Mapping[str, Any], scope: Scope) -> bool:
    day = str(row.get("issuing_date") or row.get("created_at") or "")[:10]
    begins, ends = scope.since, scope.until
    return (begins is None or day >= begins.isoformat()) and (ends is None or day <= ends.isoformat())


async def _read_netsuite(ended: Run, clock: Clock) -> None:
    connection, scope = ended.wish.connection, ended.wish.scope
    question = _question(connection, scope)
    is_part = bool(scope.since or scope.until or scope.customers) or _is_shared(ended.wish)
    async with Client(connection, clock=clock) as client:
        async for page in ledger.pages(client, question):
            if isinstance(page, NoAnswer):
                said = f"connection {connection.code}: NetSuite does not give its ledger: {page.reason}"
                raise StartupError(said)
            for row in page.rows:
                ended.comparison.meet(row, reports_extra=not is_part)


def _question(connection: Connection, scope: Scope) -> LedgerQuestion:
    # What was issued in a closed period is dated in a later one.
    is_moved = connection.closed_period == "next_open_period"
    return LedgerQuestion(
        from_day=_text(scope.since, -MARGIN) if scope.since else None,
        to_day=_text(scope.until, MARGIN) if scope.until and not is_moved else None,
    )


def _is_shared(wish: Wish) -> bool:
    """Whether the account also holds documents of another organisation, which this API key does not show."""
    own = wish.connection
    return any(
        each.account_id == own.account_id and each.lago.organization_id != own.lago.organization_id
        for each in wish.connections
    )


def _text(day: date, margin: timedelta) -> str:
    return (day + margin).isoformat()


async def _causes(settings: Settings, connection: Connection) -> Causes:
    log = await failure_log.take(settings)
    return {
        (kind, failure.object_id): f"{failure.code}: {failure.message}"
        for failure in log.open
        for kind in KINDS
        if failure.connection == connection.code and failure.object in {kind, f"{kind}_receipt"}
    }


async def _repair(settings: Settings, documents: LagoDocuments, ended: Run, clock: Clock) -> None:
    """Send what is missing as a backfill does; what stands in NetSuite is never overwritten."""
    code = ended.wish.connection.code
    chosen = [each for each in ended.differences if each.what in REPAIRABLE]
    async with audit_trail.opened(Cluster.of(settings), clock) as trail:
        for difference in chosen:
            sent = await _contents(documents, difference)
            for kind, content in sent:
                webhook = webhook_of(kind, content, ended.wish.connection.lago.organization_id)
                await trail.publish(event_of(webhook, code=code, clock=clock))
            ended.repaired += bool(sent)
        numbers = ", ".join(difference.number for difference in chosen[:20])
        details = {"documents": str(ended.repaired), "numbers": numbers}
        await trail.append(code, "repair", actor=ended.wish.actor, details=details)


async def _contents(
    documents: LagoDocuments, difference: Difference
) -> Sequence[tuple[SentKind, Mapping[str, Any]]]:
    content = await documents.one(difference.kind, difference.lago_id)
    if content is None:
        return ()
    is_voided = difference.kind == "invoice" and content.get("status") == "voided"
    return ((difference.kind, content), *((("void", content),) if is_voided else ()))
