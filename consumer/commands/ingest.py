"""``lago-netsuite ingest``: what takes Lago's webhooks put together, started and stopped."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial

import structlog

from consumer import __version__
from consumer.clock import SystemClock
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.http_client.event_loop import EventLoop
from consumer.ingest import endpoints, http, server
from consumer.ingest.answer_log import AnswerLog
from consumer.ingest.connections import Connections
from consumer.ingest.inflight_limit import InflightLimit, request_limit_bytes
from consumer.ingest.protocol import protocol
from consumer.ingest.public_keys import Keys
from consumer.ingest.receiver import Receiver
from consumer.kafka import certificate_watch, token_watch, topics
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.publisher import Publisher
from consumer.kafka.topic_troubles import TopicTroubles
from consumer.ops import http as ops
from consumer.ops import loop_lag, signals
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics
from consumer.tracing import setup

# Lago waits 30 s, but what it is answered late it sends again.
ACKNOWLEDGE_LIMIT_S = 5.0
# Webhooks of a few milliseconds go to Kafka in one request: a tenth of the 50 ms that a webhook may take.
LINGER_MS = 5
# A body of five MiB and the JWT, which contains it a second time; `deploy/topics.yaml` allows as much.
RECORD_LIMIT_BYTES = 16 * 1024 * 1024
# Far below what any topic takes: a batch that is refused for its size would refuse every webhook in it.
BATCH_LIMIT_BYTES = 256 * 1024
PART = "ingest"

log = structlog.get_logger(__name__)


def main(settings: Settings, connections: Sequence[Connection]) -> None:
    """`run` on libuv's event loop, which takes a fifth less time for each webhook than Python's own."""
    with asyncio.Runner(loop_factory=EventLoop) as runner:
        runner.run(run(settings, connections))


async def run(settings: Settings, connections: Sequence[Connection]) -> None:
    """
    Receive webhooks until SIGTERM or SIGINT, then answer those in flight; a second signal ends it at once.

    Raises:
        StartupError: Kafka cannot be reached, lacks topics, or an address cannot be listened on.
        ConfigurationError: an organisation has no key, or one that cannot be used; all are named.
    """
    signals.end_at_once()
    clock = SystemClock()
    metrics, health = Metrics(version=__version__), Health(clock)
    health.expect(PART)
    async with AsyncExitStack() as stack:
        by_name = endpoints.endpoints(connections, clock=clock, stack=stack)
        keys = Keys(by_name.values(), health)
        publisher = await _publisher(settings, TopicTroubles(health, clock), stack)
        tracer = await stack.enter_async_context(setup.tracing(service="lago-netsuite-ingest"))
        receiver = Receiver(by_name, publish=publisher.publish, observer=metrics, clock=clock, tracer=tracer)
        limit_bytes, stopping = settings.ingest_body_limit_bytes, asyncio.Event()
        inflight = InflightLimit(largest_request_bytes=request_limit_bytes(limit_bytes))
        opened = Connections(inflight, clock=clock, limit=server.connection_limit())
        answers = AnswerLog(metrics, clock=clock)
        for name in by_name:
            metrics.ingest_connection(receiver.connection_of(name))
        _collect_garbage_seldom()
        with signals.stopping(stopping, health):
            async with asyncio.TaskGroup() as tasks:
                watched = ops.create_app(metrics, health)
                beside = [
                    tasks.create_task(ops.serve(watched, settings.ops_host, settings.ops_port)),
                    tasks.create_task(loop_lag.watch(metrics, clock)),
                    tasks.create_task(certificate_watch.watch(settings, metrics)),
                    tasks.create_task(token_watch.watch(Cluster.of(settings), metrics)),
                    tasks.create_task(keys.ask()),
                ]
                await server.serve(
                    http.create_app(receiver, answers, body_limit_bytes=limit_bytes, inflight=inflight),
                    settings.ingest_host,
                    settings.ingest_port,
                    protocol=protocol(connections=opened, answers=answers, body_limit_bytes=limit_bytes),
                    connections=opened,
                    stop=stopping,
                    stop_delay_s=settings.ingest_stop_delay_s,
                    bound=partial(health.ready, PART),
                )
                for each in beside:
                    each.cancel()
    log.info("ingest_stopped")


async def _publisher(settings: Settings, troubles: TopicTroubles, stack: AsyncExitStack) -> Publisher:
    cluster = Cluster.of(settings)
    await topics.require(cluster, topics.names("input"), wait_limit_s=settings.kafka_wait_s)
    producer = cluster.producer(
        record_limit_bytes=RECORD_LIMIT_BYTES, batch_limit_bytes=BATCH_LIMIT_BYTES, linger_ms=LINGER_MS
    )
    await cluster.start(producer)
    stack.push_async_callback(stop, producer)
    return Publisher(producer, cluster, limit_s=ACKNOWLEDGE_LIMIT_S, troubles=troubles)


def _collect_garbage_seldom() -> None:
    # What is here now stays, and a request leaves no cycles behind: searching for them took a twelfth of the
    # time under full load.
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
