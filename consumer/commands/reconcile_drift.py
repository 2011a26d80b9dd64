"""Reads what is behind differences: what we wrote, and what others have done to it in NetSuite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import ValidationError

from consumer.commands import console_output
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.netsuite import ledger
from consumer.netsuite.account_survey import NoAnswer
from consumer.netsuite.client import Client
from consumer.reconcile import drift
from consumer.reconcile.difference import Difference
from consumer.reconcile.drift import Evidence, Key
from schemas import result
from schemas.ledger import MOST_IDS, LedgerDeletion, LedgerQuestion, LedgerRow
from schemas.result import Result

MOST_DOCUMENTS = 1_000
"""Of more differences than that nobody has edited one by one; the rest stays as it is."""


async def read(cluster: Cluster, client: Client, connection: str, found: Sequence[Difference]) -> Evidence:
    """
    The evidence on the differences that drift may be behind; without these nothing is read.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the topic of results.
    """
    suspects = [each for each in found if each.what in drift.SUSPECTS][:MOST_DOCUMENTS]
    if not suspects:
        return Evidence()
    written = await _written(cluster, connection, suspects)
    lost = {(each.kind, each.lago_id) for each in suspects if each.what == "missing"}
    standing = sorted({each.internal_id for key, each in written.items() if key not in lost}, key=int)
    times = [datetime.fromisoformat(each.written_at) for key, each in written.items() if key in lost]
    return Evidence(
        written=written,
        records=await _records(client, written, standing),
        deletions=await _deletions(client, min(times)) if times else {},
    )


async def _written(cluster: Cluster, connection: str, suspects: Iterable[Difference]) -> dict[Key, Result]:
    keys: dict[bytes, Key] = {
        f"{connection}:{each.kind}:{each.lago_id}".encode(): (each.kind, each.lago_id) for each in suspects
    }
    found: dict[Key, Result] = {}
    async for record in snapshot_reader.history(cluster, result.TOPIC):
        key = keys.get(record.key or b"")
        if key is None:
            continue
        try:
            found[key] = Result.model_validate_json(record.value or b"")
        except ValidationError:
            continue  # a tombstone, or a foreign record
    return {key: each for key, each in found.items() if each.internal_id.isdecimal()}


async def _records(client: Client, written: dict[Key, Result], ids: Sequence[str]) -> dict[Key, LedgerRow]:
    keys = {each.internal_id: key for key, each in written.items()}
    found: dict[Key, LedgerRow] = {}
    for start in range(0, len(ids), MOST_IDS):
        question = LedgerQuestion(ids=tuple(ids[start : start + MOST_IDS]))
        async for page in ledger.pages(client, question):
            if isinstance(page, NoAnswer):
                console_output.complain(f"Who has changed documents is not known: {page.reason}")
                return found
            found |= {keys[row.internalId]: row for row in page.rows if row.internalId in keys}
    return found


async def _deletions(client: Client, since: datetime) -> dict[str, LedgerDeletion]:
    found: dict[str, LedgerDeletion] = {}
    async for page in ledger.pages(client, LedgerQuestion(what="deletions", changed_since=since)):
        if isinstance(page, NoAnswer) or page.deletions is None or page.withheld:
            reason = page.reason if isinstance(page, NoAnswer) else "the role lacks Setup > Deleted Records"
            is_old = not isinstance(page, NoAnswer) and page.deletions is None
            said = "the script is older than 1.1.0" if is_old else reason
            console_output.complain(f"What was deleted in NetSuite is not known: {said}")
            return found
        found |= {each.externalId: each for each in page.deletions if each.externalId}
    return found
