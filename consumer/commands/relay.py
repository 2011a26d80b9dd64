"""``relay``: signed webhooks, and links in Lago where configured; ``relay test`` posts a sample."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from random import SystemRandom

import structlog

from consumer.app import publisher
from consumer.clock import Clock, SystemClock
from consumer.commands import console_output, failure_log, relay_ends, relay_links
from consumer.commands.relay_failures import FailureWatch
from consumer.commands.relay_reconciliations import ReconciliationWatch
from consumer.commands.relay_refunds import RefundWatch
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.errors import ConfigurationError
from consumer.http_client.name_lookup import NameLookup, addresses_of
from consumer.kafka import static_member, topics
from consumer.kafka.cluster import Cluster
from consumer.limits.circuit_breaker import Reason
from consumer.limits.permits import PermitPool
from consumer.ops import garbage_collection, signals
from consumer.record import Publish
from consumer.relay import endpoint as endpoints
from consumer.relay import message, sample, schedule, signing
from consumer.relay.delivery import Relay
from consumer.relay.egress import Answered, Egress, Resolve
from consumer.relay.endpoint import Endpoint
from consumer.stream.stream import Stream
from consumer.stream.stream_process import process_context, run_streams
from consumer.stream.stream_spec import ProcessContext, StreamSpec
from consumer.stream.supervision import SupervisedStream
from schemas import error_event, result, undeliverable

PERMITS = 10
# The schedule ends earlier by itself; this only bounds what it cannot: a webhook that is always postponed.
PARK_MAX_AGE_S = 10 * 86_400.0
CLOSE_LIMIT_S = 5.0
OF_ENDPOINT = {
    Reason.UNAVAILABLE: "the endpoint does not take webhooks, so only one is tried now and then",
    Reason.ACCOUNT_DOWN: "the endpoint is disabled, so only one webhook an hour is tried",
    Reason.REJECTION_STORM: "too many webhooks in a row are undeliverable, so only one is tried now and then",
}

log = structlog.get_logger(__name__)


class OneByOne(PermitPool):
    """The permits of an endpoint: a call carries one webhook, so that a slow one keeps no other waiting."""

    @property
    def largest_batch(self) -> int:
        """One."""
        return 1


async def run(settings: Settings, connections: Sequence[Connection], only: Sequence[str] = ()) -> None:
    """
    Post webhooks until SIGTERM or SIGINT; a second signal ends the process at once.

    Args:
        settings: of this process.
        connections: all of the file.
        only: ids of the endpoints to post to; all when empty.

    Raises:
        StartupError: Kafka cannot be reached or lacks topics.
        ConfigurationError: there is no endpoint, or one that cannot be used; all are named.
    """
    signals.end_at_once()
    chosen = endpoints.endpoints(connections, only)
    linked = [] if only else [each for each in connections if each.lago.link_back]
    if not chosen and not linked:
        raise ConfigurationError(
            ["no connection has webhooks, nor lago.link_back: name an endpoint under connections[].webhooks"]
        )
    cluster = Cluster.of(settings)
    needed = (error_event.TOPIC, result.TOPIC, undeliverable.TOPIC)
    await topics.require(cluster, needed, wait_limit_s=settings.kafka_wait_s)
    organizations = {each.code: each.lago.organization_id for each in connections}
    async with AsyncExitStack() as stack:
        context = await process_context(cluster, stack, service="lago-netsuite-relay")
        publish = await publisher(context, stack)
        resolve = NameLookup(addresses_of).of
        streams = []
        for each in chosen:
            egress = _egress(each, context.clock, resolve, stack)
            organization_id = organizations[each.connection]
            make = partial(_stream, each, organization_id, settings, publish, context, egress)
            streams.append(SupervisedStream(name=_name(each), make=make))
        streams += relay_links.streams(linked, settings, context, stack)
        if not only:
            streams.append(relay_ends.stream(settings, publish, context, stack))
        garbage_collection.settle()
        refund_group = failure_log.refund_group(settings)
        async with asyncio.TaskGroup() as tasks:
            refunds = tasks.create_task(RefundWatch(cluster, context.metrics, group=refund_group).run())
            failures = tasks.create_task(FailureWatch(cluster, context.metrics).run())
            reconciliations = tasks.create_task(ReconciliationWatch(cluster, context.metrics).run())
            await run_streams(streams, settings, context)
            refunds.cancel()
            failures.cancel()
            reconciliations.cancel()
    log.info("relay_stopped")


async def test(connections: Sequence[Connection], endpoint_id: str) -> int:
    """
    Post one signed sample and print what is answered; 0 when it was taken, 1 when not.

    Raises:
        ConfigurationError: there is no such endpoint, or it cannot be used.
    """
    [endpoint] = endpoints.endpoints(connections, [endpoint_id])
    clock = SystemClock()
    organization_id = next(
        each.lago.organization_id for each in connections if each.code == endpoint.connection
    )
    webhook_id = str(uuid.uuid4())
    body = sample.body(endpoint, organization_id, webhook_id=webhook_id, now=clock.now())
    headers = signing.headers(
        endpoint.keys, webhook_id=webhook_id, timestamp_s=int(clock.now().timestamp()), body=body
    )
    async with AsyncExitStack() as stack:
        answer = await _egress(endpoint, clock, NameLookup(addresses_of).of, stack).post(body, headers)
    is_taken = isinstance(answer, Answered) and 200 <= answer.status < 300
    console_output.say(f"POST {endpoint.webhook.url}")
    console_output.say(
        f"webhook-id: {webhook_id}, {len(body)} bytes, signed with {len(endpoint.keys)} secret(s)"
    )
    took = f" after {answer.took_s * 1000:.0f} ms" if isinstance(answer, Answered) else ""
    console_output.say(f"{'taken' if is_taken else 'NOT taken'}{took}: {answer}")
    return 0 if is_taken else 1


def _name(endpoint: Endpoint) -> str:
    return f"relay.{endpoint.id}"


def _stream(
    endpoint: Endpoint,
    organization_id: str,
    settings: Settings,
    publish: Publish,
    context: ProcessContext,
    egress: Egress,
) -> Stream:
    random = SystemRandom().random
    permit_pool = OneByOne(cap=PERMITS, clock=context.clock, jitter=random)
    relay = Relay(
        endpoint,
        organization_id=organization_id,
        post=egress.post,
        publish=publish,
        clock=context.clock,
        jitter=random,
        observer=context.metrics,
        tracer=context.tracer,
        is_left_alone=lambda: permit_pool.is_closed_to_records,
    )
    name = _name(endpoint)
    spec = StreamSpec(
        name=name,
        group=f"{settings.consumer_group}.{name}",
        instance_id=static_member.instance_id(settings),
        topics=message.topics_for(endpoint),
        place_of=message.place_of,
        account=name,
        permits=PERMITS,
        drain_budget_s=settings.drain_budget_s,
        park_max_age_s=PARK_MAX_AGE_S,
        retry_after_cap_s=schedule.LONGEST_RETRY_AFTER_S,
        sentences=OF_ENDPOINT,
    )
    return Stream(spec, context, permit_pool=permit_pool, deliver=relay.deliver, give_up=relay.give_up)


def _egress(endpoint: Endpoint, clock: Clock, resolve: Resolve, stack: AsyncExitStack) -> Egress:
    egress = Egress(endpoint.target, clock=clock, resolve=resolve)
    stack.push_async_callback(_close, egress)
    return egress


async def _close(egress: Egress) -> None:
    async with asyncio.timeout(CLOSE_LIMIT_S):
        await egress.aclose()
