"""Pause and cancel of a run of replays: the record that says it, and who stops at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from consumer.commands import audit_trail
from consumer.commands.audit_trail import AuditTrail
from consumer.commands.audited_replay import By
from consumer.failures.run import STEERING, Run, Steering, is_stop
from consumer.kafka import topic_tail
from consumer.kafka.cluster import Cluster
from consumer.record import Record
from schemas import audit


async def append(trail: AuditTrail, run: Run, steering: Steering, by: By) -> None:
    """
    Put a pause or a cancellation on the audit record; whoever carries the run on stops at it.

    Raises:
        StartupError: Kafka does not say what others have appended.
        ContractError: Kafka did not acknowledge.
    """
    act = STEERING[steering]
    await trail.append(run.home, act, actor=by.actor, reason=by.reason, details={"run": run.id})


@asynccontextmanager
async def followed(cluster: Cluster, run_id: str, stop: asyncio.Event) -> AsyncIterator[Callable[[], bool]]:
    """
    Within the block a new pause or cancellation of a run sets the event; gives whether one has.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the audit topic.
    """
    before = sum(is_stop(each, run_id) for each in await audit_trail.read(cluster))
    seen = 0

    async def follow(records: AsyncIterator[Record]) -> None:
        nonlocal seen
        async for record in records:
            seen += any(is_stop(each, run_id) for each in audit_trail.of([record]))
            if seen > before:
                stop.set()

    async with topic_tail.tail(cluster, [audit.TOPIC]) as records, asyncio.TaskGroup() as tasks:
        following = tasks.create_task(follow(records))
        try:
            yield lambda: seen > before
        finally:
            following.cancel()
