"""A failure ends with one event, whatever has brought its document to NetSuite."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consumer.commands import failure_log, relay_ends, replay
from consumer.config.settings import Settings
from consumer.failures.selection import Selection
from consumer.kafka import snapshot_reader, topic_tail
from consumer.record import LaneKey, Record, Source
from schemas import error_event, error_resolved, result
from tests.integration import failed_events
from tests.integration.ingest_and_relay import relay, webhook
from tests.integration.receiver import receiver
from tests.integration.worker_under_test import TOPIC, Stage, stage, until

pytestmark = pytest.mark.kafka

TRIES = 5


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


def settings_of(on_kafka: Stage) -> Settings:
    prefix = on_kafka.cluster.topic_prefix
    return Settings(
        kafka_bootstrap_servers=on_kafka.cluster.bootstrap_servers,
        topic_prefix=prefix,
        consumer_group=f"{prefix}worker",
    )


def resynced(event: bytes, on_kafka: Stage) -> Record:
    """A later event of the same invoice."""
    return Record(
        source=Source(topic=on_kafka.cluster.topic(TOPIC), partition=0, offset=900),
        timestamp_ms=0,
        key=b"k",
        value=event.replace(b"invoice.created", b"invoice.resynced"),
        lane=LaneKey("invoice"),
    )


async def test_a_replay_and_a_later_event_end_a_failure_once_each(on_kafka: Stage, tmp_path: Path):
    """
    One failure is replayed five times in vain and then written, the other one's invoice is synchronised anew.

    Each is one failure with one end, beside a running relay; endpoints get what they have subscribed to.
    """
    settings, events = settings_of(on_kafka), failed_events.invoices("ends", 2)
    first, second = await failed_events.park_as_they_are(on_kafka, events)
    before = (await failure_log.take(settings, failure_log.STATES)).history.failures[first]
    wish = replay.Wish(selection=Selection(ids=frozenset({first})), go=True, as_json=True)
    group = f"{settings.consumer_group}.{relay_ends.GROUP}"

    async def all_results_are_seen() -> bool:
        read = sum((await topic_tail.committed(on_kafka.cluster, group)).values())
        return read == len([each async for each in snapshot_reader.history(on_kafka.cluster, result.TOPIC)])

    async with receiver() as of_ends, receiver() as of_errors:
        endpoints = (
            webhook("ends", of_ends.origin, events=[error_resolved.WEBHOOK_TYPE]),
            webhook("errors", of_errors.origin, events=[error_event.WEBHOOK_TYPE]),
        )
        with relay(tmp_path, on_kafka, *endpoints, consumer_group=settings.consumer_group):
            for _ in range(TRIES):
                await replay.run(settings, wish)
                again = (await failed_events.replays(on_kafka))[-1]
                await on_kafka.publisher.publish(failed_events.failed_again(again))
            await replay.run(settings, wish)
            written = (await failed_events.replays(on_kafka))[-1]
            for record in (written, resynced(events[1], on_kafka)):
                for event in failed_events.written(record):
                    await on_kafka.publisher.publish(event)
            await until(lambda: len(of_ends.ids) >= 2)
            await until(all_results_are_seen)

    log = await failure_log.take(settings)
    assert sorted(log.history.failures) == sorted((first, second))
    assert (log.open, log.in_flight) == ([], 0)
    after = log.history.failures[first]
    assert (after.attempts, after.first_failed_at) == (before.attempts + TRIES, before.first_failed_at)
    ended = await failed_events.ends(on_kafka)
    assert Counter(each.error_id for each in ended) == {first: 1, second: 1}
    assert {each.resolved_by for each in ended} == {"written"}
    assert Counter(of_ends.ids) == {error_resolved.event_id(each): 1 for each in (first, second)}
    assert {body["webhook_type"] for body in of_errors.bodies} == {error_event.WEBHOOK_TYPE}
