"""A process of streams: supervised, watched at the port for machines, and stopped by signals."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from random import SystemRandom

import structlog

from consumer import __version__, errors
from consumer.clock import SystemClock
from consumer.config.settings import Settings
from consumer.kafka import certificate_watch, token_watch
from consumer.kafka.cluster import Cluster
from consumer.ops import http, loop_lag, signals
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics
from consumer.stream.stream_spec import ProcessContext
from consumer.stream.supervision import SupervisedStream, Supervisor
from consumer.tracing import setup

log = structlog.get_logger(__name__)


async def process_context(cluster: Cluster, stack: AsyncExitStack, *, service: str) -> ProcessContext:
    """What the streams of a process share; what its tracer has left is exported when the stack is closed."""
    clock = SystemClock()
    return ProcessContext(
        cluster=cluster,
        metrics=Metrics(version=__version__),
        health=Health(clock),
        clock=clock,
        tracer=await stack.enter_async_context(setup.tracing(service=service)),
    )


async def run_streams(
    streams: Sequence[SupervisedStream], settings: Settings, context: ProcessContext
) -> None:
    """
    Run streams side by side, watched at the port for machines, until SIGTERM or SIGINT.

    Raises:
        ExceptionGroup: why a first start was refused, after the others have finished what they were doing.
    """
    stopping = asyncio.Event()
    refusals: list[Exception] = []
    supervisor = Supervisor(
        clock=context.clock, health=context.health, metrics=context.metrics, jitter=SystemRandom().random
    )
    for stream in streams:
        context.health.expect(stream.name)
        context.metrics.stream_begins(connection=stream.name)
    with signals.stopping(stopping, context.health):
        async with asyncio.TaskGroup() as tasks:
            app = http.create_app(context.metrics, context.health)
            ops = tasks.create_task(http.serve(app, settings.ops_host, settings.ops_port))
            lag = tasks.create_task(loop_lag.watch(context.metrics, context.clock))
            certificate = tasks.create_task(certificate_watch.watch(settings, context.metrics))
            token = tasks.create_task(token_watch.watch(context.cluster, context.metrics))
            running = [tasks.create_task(_kept(supervisor, each, stopping, refusals)) for each in streams]
            await asyncio.wait(running)
            ops.cancel()
            lag.cancel()
            certificate.cancel()
            token.cancel()
    if refusals:
        raise ExceptionGroup("the process had to stop", refusals)


async def _kept(
    supervisor: Supervisor, stream: SupervisedStream, stopping: asyncio.Event, refusals: list[Exception]
) -> None:
    """One that cannot even start lets the others finish what they are doing, then ends the process."""
    try:
        await supervisor.keep(stream, stopping)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others end as they should
        log.error("flow_failed", connection=stream.name, error=errors.name_of(error))  # noqa: TRY400
        refusals.append(error)
        stopping.set()
