"""The streams of `relay` that write links to NetSuite into Lago's documents."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from random import SystemRandom

from consumer.commands import relay_results
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.lago.client import LagoClient
from consumer.limits.circuit_breaker import Reason
from consumer.limits.permits import PermitPool
from consumer.relay import link_back
from consumer.relay.link_back import LinkBack
from consumer.stream.stream import Stream
from consumer.stream.stream_spec import ProcessContext
from consumer.stream.supervision import SupervisedStream

PERMITS = 5
RETRY_AFTER_CAP_S = 60.0
CLOSE_LIMIT_S = 5.0
OF_LAGO = {Reason.UNAVAILABLE: "Lago's API cannot be used, so only one link is tried now and then"}


def streams(
    connections: Sequence[Connection], settings: Settings, context: ProcessContext, stack: AsyncExitStack
) -> Iterator[SupervisedStream]:
    """
    One stream for each connection with ``lago.link_back``; its client is closed with the stack.

    Raises:
        ConfigurationError: the secret of an API key is missing.
    """
    for connection in connections:
        if connection.lago.link_back:
            client = LagoClient(
                connection,
                clock=context.clock,
                requests_per_s=link_back.REQUESTS_PER_S,
                when_free_per_s=link_back.REQUESTS_PER_S_WHEN_FREE,
            )
            stack.push_async_callback(_close, client)
            make = partial(_stream, connection, client, settings, context)
            yield SupervisedStream(name=_name(connection), make=make)


def _name(connection: Connection) -> str:
    return f"links.{connection.code}"


def _stream(
    connection: Connection, client: LagoClient, settings: Settings, context: ProcessContext
) -> Stream:
    links = LinkBack(connection, client, context.metrics)
    name = _name(connection)
    spec = replace(
        relay_results.spec_of(settings, name, permits=PERMITS),
        retry_after_cap_s=RETRY_AFTER_CAP_S,
        sentences=OF_LAGO,
    )
    permit_pool = PermitPool(cap=PERMITS, clock=context.clock, jitter=SystemRandom().random)
    return Stream(spec, context, permit_pool=permit_pool, deliver=links.deliver, give_up=links.give_up)


async def _close(client: LagoClient) -> None:
    async with asyncio.timeout(CLOSE_LIMIT_S):
        await client.aclose()
