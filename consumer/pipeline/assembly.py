"""The pipeline of a connection, put together: its steps, counted, contained and, where wanted, traced."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.events.outgoing import OutgoingEvents
from consumer.lago.lookup_result import LookUp
from consumer.pipeline.connection_steps import ConnectionSteps, Write
from consumer.pipeline.contained_steps import contained
from consumer.pipeline.fallback_event import ContainedOutgoingEvents
from consumer.pipeline.observed_steps import observed
from consumer.pipeline.observer import Observations, Observer
from consumer.pipeline.ownership import Ownership
from consumer.pipeline.pipeline import Pipeline
from consumer.pipeline.steps import Steps
from consumer.pipeline.traced_pipeline import TracedPipeline
from consumer.record import Publish
from consumer.tracing import contained_tracer
from consumer.tracing.tracer import OFF, Tracer, publishing


def pipeline_of(  # noqa: PLR0913 - everything the way needs, by keyword, once
    *,
    connection: Connection,
    reports_orphans: bool,
    all_connections: Sequence[Connection],
    write: Write,
    publish: Publish,
    clock: Clock,
    look_up: LookUp | None = None,
    observer: Observer | None = None,
    tracer: Tracer = OFF,
) -> Pipeline | TracedPipeline:
    """The pipeline of a connection; without `look_up` no event waits for Lago's API."""
    ownership = Ownership(
        connection=connection, all_connections=all_connections, reports_orphans=reports_orphans
    )
    tracer = contained_tracer.contained(tracer)
    connection_steps = ConnectionSteps(
        ownership=ownership,
        outgoing=ContainedOutgoingEvents(outgoing=OutgoingEvents.of(connection)),
        write=write,
        publish=publishing(publish, tracer),
        look_up=look_up,
        clock=clock,
    )
    steps = observed(connection_steps.steps(), Observations(connection.code, observer))

    def made(wrapped: Callable[[Steps], Steps]) -> Pipeline:
        return Pipeline(contained(wrapped(steps), ownership), clock)

    if tracer is OFF:
        return made(lambda unwrapped: unwrapped)
    return TracedPipeline(made, tracer=tracer, clock=clock, code=connection.code)
