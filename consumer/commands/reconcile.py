"""``reconcile``: Lago's documents and NetSuite's, record by record; the last line says whether they agree."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from consumer.clock import Clock, SystemClock
from consumer.commands import (
    console_output,
    difference_acceptance,
    failure_log,
    reconcile_drift,
    reconcile_repair,
    reconcile_report,
    reconciliation_log,
    waiting_records,
)
from consumer.commands.backfill import lago_documents_of
from consumer.commands.job_progress import JobProgress
from consumer.commands.lago_documents import LagoDocuments, Scope
from consumer.commands.reconcile_repair import Repair
from consumer.commands.reconcile_sides import Sides
from consumer.commands.shadow_reading import ShadowReading
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.errors import ConfigurationError
from consumer.kafka.cluster import Cluster
from consumer.netsuite.client import Client
from consumer.reconcile import acceptance, drift, explanation, run_event
from consumer.reconcile.acceptance import Division
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.explanation import Causes
from consumer.reconcile.run_event import RunFacts
from schemas.reconciliation import Reconciliation

IN_BALANCE, DIFFERENCES = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What is asked for.

    Attributes:
        repair: send what is missing, where `go` says so; else only say what would be sent.
        has_lines: compare lines, too, of a connection in shadow.
        restore_deleted: send what was deleted in NetSuite, too.
        csv: folder for the differences and sums as files.
    """

    connection: Connection
    connections: tuple[Connection, ...]
    scope: Scope
    actor: str
    repair: bool = False
    restore_deleted: bool = False
    go: bool = False
    has_lines: bool = True
    csv: Path | None = None
    as_json: bool = False
    progress: JobProgress = field(default_factory=JobProgress)


@dataclass(slots=True, kw_only=True)
class Run:
    """One comparison, and what was sent to repair it."""

    wish: Wish
    comparison: Comparison = field(default_factory=Comparison)
    division: Division = field(default_factory=Division)
    repair: Repair | None = None
    repaired: int = 0


async def run(settings: Settings, wish: Wish) -> int:
    """
    Compare, print and publish the run; 0 in balance, 1 where a document does not agree and nobody accepts it.

    Raises:
        ConfigurationError: the connection has no API key, or one of another organisation, or Lago knows
            nothing of a customer.
        LagoUnavailableError: Lago does not answer, or the key may not read a list.
        StartupError: NetSuite or Kafka does not answer.
        ContractError: Kafka did not acknowledge what was sent to repair.
    """
    clock, ended = SystemClock(), Run(wish=wish)
    if wish.repair and wish.connection.mode == "shadow":
        raise ConfigurationError([f"connection {wish.connection.code} is in shadow, which writes nothing"])
    started_at = clock.now()
    sides = Sides(
        connection=wish.connection,
        connections=wish.connections,
        scope=wish.scope,
        progress=wish.progress,
    )
    async with lago_documents_of(wish.connection, clock, wish.progress) as documents:
        await documents.check_organization()
        await sides.read_lago(documents, ended.comparison)
        async with Client(wish.connection, clock=clock) as client:
            identification = await sides.read_netsuite(client, ended.comparison)
            await sides.confirm_taxes(client, ended.comparison)
            if wish.connection.mode == "shadow":
                beside = ShadowReading(documents=documents, client=client, sides=sides)
                async for said in beside.take_in(identification, ended.comparison, has_lines=wish.has_lines):
                    console_output.complain(said)
            else:
                unread = await sides.read_netsuite_customers(client, ended.comparison)
                if unread is not None:
                    console_output.complain(f"Customers are not compared: {unread}")
        await sides.check_unsure(documents, ended.comparison)
        found = ended.comparison.end(await _causes(settings, wish.connection))
        async with Client(wish.connection, clock=clock) as client:
            evidence = await reconcile_drift.read(Cluster.of(settings), client, wish.connection.code, found)
        accepted = await difference_acceptance.standing(Cluster.of(settings), wish.connection.code)
        ended.division = acceptance.divided(drift.recognised(found, evidence), accepted)
        if wish.repair:
            ended.repair = await _repair(settings, documents, ended, clock)
    facts = _facts(ended, started_at, clock.now())
    content = run_event.reconciliation_of(facts, ended.comparison, ended.division)
    await reconciliation_log.publish(Cluster.of(settings), content)
    reconcile_report.show(
        ended.comparison, ended.division, content, as_json=wish.as_json, csv=wish.csv,
        repair=ended.repair,
    )  # fmt: skip
    wish.progress.end(_ended(content))
    return DIFFERENCES if ended.division.open else IN_BALANCE


def _ended(run: Reconciliation) -> dict[str, Any]:
    members = {"run_id", "outcome", "difference_count", "accepted_count", "documents"}
    return run.model_dump(mode="json", include=members)


def _facts(ended: Run, started_at: datetime, ended_at: datetime) -> RunFacts:
    wish = ended.wish
    return RunFacts(
        connection=wish.connection.code,
        run_id=str(uuid.uuid4()),
        actor=wish.actor,
        started_at=started_at,
        ended_at=ended_at,
        since=wish.scope.since,
        until=wish.scope.until,
        customers=wish.scope.customers,
        report=str(wish.csv.absolute()) if wish.csv else None,
        repaired=ended.repaired if wish.go else None,
    )


async def _causes(settings: Settings, connection: Connection) -> Causes:
    log = await failure_log.take(settings, failure_log.STATES)
    waiting = await waiting_records.read(Cluster.of(settings))
    return explanation.known_causes(connection.code, log.open, waiting, log.history.closed_failures)


async def _repair(settings: Settings, documents: LagoDocuments, ended: Run, clock: Clock) -> Repair:
    wish = ended.wish
    async with Client(wish.connection, clock=clock) as client:
        repair = await reconcile_repair.planned(
            client, wish.connection, ended.comparison, ended.division, restores=wish.restore_deleted
        )
    if wish.go:
        ended.repaired = await reconcile_repair.send(
            Cluster.of(settings), documents, wish.connection, repair, actor=wish.actor, clock=clock
        )
    return repair
