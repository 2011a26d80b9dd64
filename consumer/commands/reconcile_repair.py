"""Sends again what NetSuite lacks, and on request what was deleted there and has no other in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consumer.clock import Clock
from consumer.commands import audit_trail, connection_pause, shadow_books
from consumer.commands.backfill import event_of
from consumer.commands.lago_documents import LagoDocuments
from consumer.config.connection import Connection
from consumer.errors import StartupError
from consumer.events.lago_webhook import Kind as SentKind
from consumer.events.lago_webhook import webhook_of
from consumer.kafka.cluster import Cluster
from consumer.limits.pause import Pauses
from consumer.netsuite.client import Client
from consumer.reconcile import restoration
from consumer.reconcile.acceptance import Division
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.difference import REPAIRABLE, Difference
from consumer.reconcile.restoration import KeptBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """
    What is, or would be, sent again.

    Attributes:
        chosen: the differences that end by it.
        kept_back: deleted documents that are not sent, each with the reason.
    """

    chosen: Sequence[Difference] = ()
    kept_back: Sequence[KeptBack] = ()


async def planned(
    client: Client, connection: Connection, comparison: Comparison, division: Division, *, restores: bool
) -> Repair:
    """Choose what is sent again: what is missing, and where it `restores` what was deleted and is safe."""
    missing = [each for each in division.open if each.what in REPAIRABLE]
    deleted = [each for each in division.open if restores and each.what == "deleted"]
    if not deleted:
        return Repair(chosen=missing)
    kept = await _kept_back(client, connection, comparison, division, deleted)
    left = {(each.difference.kind, each.difference.lago_id) for each in kept}
    restored = [each for each in deleted if (each.kind, each.lago_id) not in left]
    return Repair(chosen=[*missing, *restored], kept_back=kept)


async def _kept_back(
    client: Client,
    connection: Connection,
    comparison: Comparison,
    division: Division,
    deleted: Sequence[Difference],
) -> list[KeptBack]:
    identification = restoration.numbered(deleted, comparison.expected)
    try:
        async for _ in shadow_books.identify(client, identification, connection):
            pass  # the identification keeps what is found
    except StartupError as error:
        return [KeptBack(difference=each, reason=str(error)) for each in deleted]
    return restoration.kept_back(deleted, comparison.expected, identification, division)


async def send(
    cluster: Cluster,
    documents: LagoDocuments,
    connection: Connection,
    repair: Repair,
    *,
    actor: str,
    clock: Clock,
) -> int:
    """
    Send it as a backfill does; the number of documents that Lago still has. What stands is never overwritten.

    Raises:
        LagoUnavailableError: Lago does not answer.
        StartupError: Kafka cannot be reached, or lacks the audit topic.
        ContractError: Kafka did not acknowledge.
    """
    count = 0
    async with audit_trail.opened(cluster, clock) as trail:
        connection_pause.warn(Pauses.of_acts(trail.records), [connection.code])
        for difference in repair.chosen:
            sent = await _contents(documents, difference)
            for kind, content in sent:
                webhook = webhook_of(kind, content, connection.lago.organization_id)
                await trail.publish(event_of(webhook, code=connection.code, clock=clock))
            count += bool(sent)
        numbers = ", ".join(difference.number for difference in repair.chosen[:20])
        details = {"documents": str(count), "numbers": numbers}
        await trail.append(connection.code, "repair", actor=actor, details=details)
    return count


async def _contents(
    documents: LagoDocuments, difference: Difference
) -> Sequence[tuple[SentKind, Mapping[str, Any]]]:
    key = difference.number if difference.kind == "customer" else difference.lago_id
    content = await documents.one(difference.kind, key)
    if content is None:
        return ()
    is_voided = difference.kind == "invoice" and content.get("status") == "voided"
    return ((difference.kind, content), *((("void", content),) if is_voided else ()))
