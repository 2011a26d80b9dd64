"""A broker's certificate ends: said by name, survived, and over once it is renewed."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.chaos.encrypted import Encrypted, encrypted
from tests.chaos.event_feed import Feed, until
from tests.integration import running_programs
from tests.integration.brokers import apache
from tests.integration.worker_under_test import stage
from tests.support.certificates import DAY

pytestmark = pytest.mark.kafka

INVOICES = 5
ENDED = "certificate has expired"


@pytest.fixture
def broker(tmp_path) -> Iterator[Encrypted]:
    apache.require()
    with encrypted(tmp_path) as ready:
        yield ready


def _repetitions(said: str) -> Counter[str]:
    """How often each line about the end was written; aiokafka has one for a broker and one for an address."""
    return Counter(json.loads(line)["event"] for line in said.splitlines() if ENDED in line)


async def test_row_27_a_certificate_of_kafka_that_ends_is_said_and_costs_no_record(
    tmp_path, broker: Encrypted, topic_prefix, netsuite, seed
):
    """
    A worker that runs stays and says it, each line once a minute; one that starts ends with the sentence.

    Renewed, it is carried on by itself: everything is written, and nothing twice.
    """
    environment = running_programs.environment_of(
        tmp_path, netsuite, broker.bootstrap_servers, topic_prefix, **broker.settings
    )
    broker.start_with(broker.authority.certificate(lasts=DAY))
    async with stage(broker.in_clear, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        await feed.produce(INVOICES)
        with running_programs.worker(tmp_path, environment) as worker:
            await until(feed.all_committed, because=worker.said[-3_000:])
            ended_s = time.monotonic()
            broker.start_with(broker.authority.certificate(lasts=-DAY))
            await feed.produce(INVOICES)
            await until(lambda: ENDED in worker.said, because=worker.said[-3_000:])
            with running_programs.worker(tmp_path, environment, name="late") as late:
                status = await asyncio.to_thread(late.ended)
            said, minutes = worker.said, int((time.monotonic() - ended_s) // 60)
            assert worker.process.poll() is None, worker.said[-3_000:]
            broker.start_with(broker.authority.certificate(lasts=DAY))
            await until(feed.all_committed, because=worker.said[-3_000:])

    assert status == 1
    assert late.said.splitlines()[-1].endswith(
        f"{broker.bootstrap_servers} shows a certificate that cannot be trusted: {ENDED}"
    )
    assert max(_repetitions(said).values()) <= 1 + minutes
    assert "Traceback" not in worker.said + late.said
    feed.is_in_the_books(netsuite)
