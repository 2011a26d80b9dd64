"""The audit record on a real broker: acts of several processes at the same moment are one chain."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from consumer.clock import SystemClock
from consumer.commands import audit_trail
from consumer.config.settings import env_name
from schemas import audit
from tests.integration import failed_events
from tests.integration.worker_under_test import Stage, stage

pytestmark = pytest.mark.kafka

LIMIT_S = 60
FAILURES = 4


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


async def closed(on_kafka: Stage, actor: str, error_ids: list[str]) -> int:
    """A process of the command line closes failures; its exit code."""
    settings = {
        "kafka_bootstrap_servers": on_kafka.cluster.bootstrap_servers,
        "topic_prefix": on_kafka.cluster.topic_prefix,
        "consumer_group": f"{on_kafka.cluster.topic_prefix}worker",
    }
    command = ("errors", "close", *error_ids, "--reason", "entered twice", "--actor", actor, "--go")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "consumer",
        *command,
        stdout=asyncio.subprocess.DEVNULL,
        env={**os.environ, **{env_name(name): value for name, value in settings.items()}},
    )
    async with asyncio.timeout(LIMIT_S):
        return await process.wait()


async def test_two_processes_that_close_failures_at_the_same_time_do_not_fork_the_chain(on_kafka):
    """Each act is on record once, by its actor, and nothing breaks the chain."""
    parked = await failed_events.park(
        on_kafka, failed_events.invoices("both", FAILURES), ("invalid_mapping",)
    )
    own = {"ada": list(parked)[::2], "bob": list(parked)[1::2]}

    codes = await asyncio.gather(*(closed(on_kafka, actor, ids) for actor, ids in own.items()))

    records = await audit_trail.read(on_kafka.cluster)
    acts = audit.acts(records)
    assert codes == [0, 0]
    assert list(audit.breaks(records)) == []
    assert {
        actor: sorted(each.details["error"] for each in acts if each.actor == actor) for actor in own
    } == {actor: sorted(ids) for actor, ids in own.items()}


async def test_whoever_has_not_seen_the_newest_act_appends_its_own_behind_it(on_kafka):
    """Two writers in turn, each of which knows the chain as of its start: all acts are one chain."""
    cluster, clock = on_kafka.cluster, SystemClock()

    async with audit_trail.opened(cluster, clock) as ours, audit_trail.opened(cluster, clock) as theirs:
        for number in range(6):
            trail = (ours, theirs)[number % 2]
            await trail.append(
                "netsuite-eu", "close", actor="ada", reason=str(number), details={"error": str(number)}
            )
            await trail.append("netsuite-us", "close", actor="ada", reason=str(number), details={})
    records = await audit_trail.read(cluster)

    assert list(audit.breaks(records)) == []
    assert Counter((each.connection, each.reason) for each in audit.acts(records)) == Counter(
        (connection, str(number)) for connection in ("netsuite-eu", "netsuite-us") for number in range(6)
    )
    assert len(records) > len(audit.acts(records))
