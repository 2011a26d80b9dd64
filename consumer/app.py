"""The worker: builds its parts, starts them, and stops them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from itertools import count
from random import SystemRandom

import structlog

from consumer.clock import Clock
from consumer.config import connections_file
from consumer.config.connection import Connection, holding
from consumer.config.settings import Settings
from consumer.errors import StartupError
from consumer.kafka import removed_connections, retention, static_member, topics
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.publisher import Publisher
from consumer.kafka.topic_troubles import TopicTroubles
from consumer.lago.api import LagoApi
from consumer.limits.pause import Pauses
from consumer.limits.permits import PermitPool
from consumer.netsuite import credentials
from consumer.netsuite.client import Client, PingResult
from consumer.ops import garbage_collection, signals
from consumer.outcome import AccountDown, Throttled, Unavailable
from consumer.pipeline.assembly import delivery_of
from consumer.record import Publish
from consumer.stream import pause_topic, waiting_topic
from consumer.stream.stream import Stream
from consumer.stream.stream_process import process_context, run_streams
from consumer.stream.stream_spec import ProcessContext, StreamSpec
from consumer.stream.supervision import SupervisedStream
from consumer.stream.waiting_topic import WaitingOutput
from schemas import error_event, result
from schemas.lane import place_of

PING_LIMIT_S = 30.0
CLOSE_LIMIT_S = 5.0

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class _Account:
    """
    One connection with its clients; Lago's API only if configured.

    Attributes:
        permit_pool: the permits since the last start of the stream.
    """

    connection: Connection
    permit_pool: PermitPool
    client: Client
    lago: LagoApi | None = None


async def run_worker(settings: Settings, connections: Sequence[Connection], only: Sequence[str] = ()) -> None:
    """
    Process events until SIGTERM or SIGINT; a second signal ends the process at once.

    Args:
        settings: of this process.
        connections: all of the file, since the owner of an event depends on all of them.
        only: codes of the connections whose events are processed; all when empty.

    Raises:
        StartupError: Kafka cannot be reached, lacks topics or has too short a retention, or a NetSuite
            account is not the configured one.
        ConfigurationError: a certificate or a secret is not usable.
    """
    signals.end_at_once()
    chosen = connections_file.chosen(connections, only)
    cluster = Cluster.of(settings)
    inputs = topics.names("input")
    await topics.require(
        cluster, (*inputs, result.TOPIC, error_event.TOPIC), wait_limit_s=settings.kafka_wait_s
    )
    kept_s = await retention.require(cluster, inputs, park_max_age_s=settings.park_max_age_s)
    for sentence in retention.cut_holds(kept_s, holding(chosen)):
        log.warning("holds_cut_short", reason=sentence)
    async with AsyncExitStack() as stack:
        context = await process_context(cluster, stack, service="lago-netsuite-worker")
        accounts = [_account(connection, context, stack) for connection in chosen]
        await _meet(accounts)
        publish = await publisher(context, stack)
        stream_of = partial(
            _stream,
            settings=settings,
            connections=connections,
            publish=publish,
            context=context,
            hold_limit_s=retention.hold_limit_s(kept_s),
            waiting=waiting_topic.output(
                context.cluster, publish, health=context.health, clock=context.clock
            ),
            pauses=await stack.enter_async_context(
                pause_topic.followed(
                    cluster, [each.code for each in chosen], health=context.health, clock=context.clock
                )
            ),
        )
        streams = [_supervised(account, context, stream_of) for account in accounts]
        codes = {each.code for each in connections}
        await stack.enter_async_context(
            removed_connections.watched(
                cluster, context.metrics, group=settings.consumer_group, codes=codes, topics=inputs
            )
        )
        garbage_collection.settle()
        await run_streams(streams, settings, context)
    log.info("worker_stopped")


def _account(connection: Connection, context: ProcessContext, stack: AsyncExitStack) -> _Account:
    """The clients of a connection, closed with the stack."""

    def refused(started_s: float) -> None:
        account.permit_pool.refused(started_s)

    client = Client(connection, clock=context.clock, refused=refused, tracer=context.tracer)
    stack.push_async_callback(_close, client)
    permit_pool = _permit_pool(connection, context.clock)
    account = _Account(connection=connection, permit_pool=permit_pool, client=client)
    if connection.lago.api_url and connection.lago.api_key:
        account.lago = LagoApi(connection, clock=context.clock)
        stack.push_async_callback(_close, account.lago)
    return account


def _permit_pool(connection: Connection, clock: Clock) -> PermitPool:
    return PermitPool(cap=connection.concurrency, clock=clock, jitter=SystemRandom().random)


async def _close(client: Client | LagoApi) -> None:
    async with asyncio.timeout(CLOSE_LIMIT_S):
        await client.aclose()


async def _meet(accounts: Sequence[_Account]) -> None:
    """
    Ping all accounts concurrently.

    A response of another account prevents the start: nothing may be sent to it. An account that is
    unavailable or refuses the login does not: its circuit breaker opens, and the other connections work.
    """
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(_ping(account.client)) for account in accounts]
    elsewhere = []
    for account, task in zip(accounts, asked, strict=True):
        code = account.connection.code
        match task.result():
            case AccountDown(is_elsewhere=True, reason=reason):
                elsewhere.append(reason)
            case AccountDown(reason=reason):
                account.permit_pool.shut(reason)
                log.error("netsuite_refuses_connection", connection=code, reason=reason)
            case Throttled(reason=reason) | Unavailable(reason=reason):
                log.warning("netsuite_not_reachable_yet", connection=code, reason=reason)
            case answer:
                log.info("netsuite_reached", connection=code, account=answer.account.id)
    if elsewhere:
        raise StartupError("\n".join(elsewhere))


async def _ping(client: Client) -> PingResult:
    try:
        async with asyncio.timeout(PING_LIMIT_S):
            return await client.ping()
    except TimeoutError:
        return Unavailable(reason=f"no answer within {PING_LIMIT_S:.0f} s")


async def publisher(context: ProcessContext, stack: AsyncExitStack) -> Publish:
    """The publisher, closed with the stack; topics to which it fails are remarks of ``/readyz``."""
    producer = context.cluster.producer()
    await context.cluster.start(producer)
    stack.push_async_callback(stop, producer)
    troubles = TopicTroubles(context.health, context.clock)
    return Publisher(producer, context.cluster, troubles=troubles).publish


def _supervised(
    account: _Account, context: ProcessContext, stream_of: Callable[[_Account], Stream]
) -> SupervisedStream:
    context.metrics.connection_begins(connection=account.connection.code)
    credentials.show_certificate(account.connection, context.metrics)
    lives = count()

    def make() -> Stream:
        if next(lives):  # what was known of the account at the start goes for the first life only
            account.permit_pool = _permit_pool(account.connection, context.clock)
        return stream_of(account)

    return SupervisedStream(name=account.connection.code, make=make)


def _stream(  # noqa: PLR0913 - what a stream is made of, each named at the one call
    account: _Account,
    *,
    settings: Settings,
    connections: Sequence[Connection],
    publish: Publish,
    context: ProcessContext,
    hold_limit_s: float,
    waiting: WaitingOutput,
    pauses: Pauses,
) -> Stream:
    connection, lago = account.connection, account.lago
    delivery = delivery_of(
        connection=connection,
        all_connections=connections,
        write=account.client.write_many,
        look_up=lago.customer if lago else None,
        list_payments=lago.payments_of_invoice if lago else None,
        publish=publish,
        clock=context.clock,
        observer=context.metrics,
        tracer=context.tracer,
    )
    spec = StreamSpec(
        name=connection.code,
        group=f"{settings.consumer_group}.{connection.code}",
        instance_id=static_member.instance_id(settings),
        topics=topics.names("input"),
        place_of=place_of,
        account=connection.account_id,
        permits=connection.concurrency,
        drain_budget_s=settings.drain_budget_s,
        park_max_age_s=settings.park_max_age_s,
        record_max_age_s=settings.record_max_age_s,
        dependency_max_age_s=settings.dependency_max_age_s,
        hold_limit_s=hold_limit_s,
        retry_after_cap_s=settings.retry_after_max_s,
        waiting=waiting,
        pauses=pauses,
    )
    return Stream(
        spec,
        context,
        permit_pool=account.permit_pool,
        deliver=delivery.deliver,
        give_up=delivery.give_up,
        prepare=delivery.prepare,
    )
