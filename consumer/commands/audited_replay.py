"""A replay as an act of a person, at the command line or on a page: first on the audit record, then done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from consumer.clock import Clock
from consumer.commands import audit_trail
from consumer.commands.replay_run import Advance, Done, Replaying
from consumer.failures.failure import Failure
from consumer.failures.history import History
from consumer.kafka import republisher
from consumer.kafka.cluster import Cluster

LISTED_IDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who acts, and why; the reason may be empty."""

    actor: str
    reason: str = ""


async def run(
    cluster: Cluster,
    failures: Sequence[Failure],
    *,
    by: By,
    history: History,
    clock: Clock,
    rate_per_s: float,
    stop: asyncio.Event,
    advance: Advance = lambda _: None,
) -> Done:
    """
    Replay failures; an audit record for each connection goes before its first event. Of none it does nothing.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge; what is marked is done, a second run does the rest.
    """
    if not failures:
        return Done()
    async with audit_trail.opened(cluster, clock) as trail, republisher.opened(cluster) as way_back:
        for code in sorted({each.connection for each in failures}):
            own = [each for each in failures if each.connection == code]
            await trail.append(code, "replay", actor=by.actor, reason=by.reason, details=details(own))
        replaying = Replaying(
            cluster, way_back, history=history, clock=clock, rate_per_s=rate_per_s, stop=stop
        )
        return await replaying.run(failures, advance)


def details(failures: Sequence[Failure]) -> dict[str, str]:
    """What the audit record says of a replay: how many documents, of which codes, and the first ones' ids."""
    return {
        "documents": str(len(failures)),
        "codes": ", ".join(sorted({each.code for each in failures})),
        "first": failures[0].id,
        "errors": ", ".join(each.id for each in failures[:LISTED_IDS]),
    }
