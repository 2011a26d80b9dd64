"""
The pipeline of a connection, put together: its steps, counted, contained and, where wanted, traced.

Around it stand, from the outside in, what reads payments from Lago and what remembers failures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.events.outgoing import OutgoingEvents
from consumer.lago.lookup_result import ListPayments, LookUp
from consumer.pipeline.connection_steps import ConnectionSteps, Write
from consumer.pipeline.contained_steps import contained
from consumer.pipeline.fallback_event import ContainedOutgoingEvents
from consumer.pipeline.invoice_payments import InvoicePayments
from consumer.pipeline.observed_steps import observed
from consumer.pipeline.observer import Observations, Observer
from consumer.pipeline.ownership import Ownership
from consumer.pipeline.pipeline import Pipeline
from consumer.pipeline.recent_failures import Deliver, GiveUp, RecentFailures
from consumer.pipeline.steps import Steps
from consumer.pipeline.traced_pipeline import TracedPipeline
from consumer.record import Publish, Record
from consumer.tracing import contained_tracer
from consumer.tracing.tracer import OFF, Tracer, publishing


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    What a stream needs of a connection.

    Attributes:
        prepare: maps the records that come next, before there is a permit for them.
    """

    deliver: Deliver
    give_up: GiveUp
    prepare: Callable[[Sequence[Record]], None]


def delivery_of(  # noqa: PLR0913 - everything the way needs, by keyword, once
    *,
    connection: Connection,
    all_connections: Sequence[Connection],
    write: Write,
    publish: Publish,
    clock: Clock,
    look_up: LookUp | None = None,
    list_payments: ListPayments | None = None,
    observer: Observer | None = None,
    tracer: Tracer = OFF,
) -> Delivery:
    """The delivery of a connection; the first of the file reports what no connection claims."""
    is_first = connection.code == all_connections[0].code
    pipeline = pipeline_of(
        connection=connection, reports_orphans=is_first, all_connections=all_connections, write=write,
        publish=publish, clock=clock, look_up=look_up, observer=observer, tracer=tracer,
    )  # fmt: skip
    known = RecentFailures(deliver=pipeline.deliver, give_up=pipeline.give_up)
    deliver = known.deliver
    if list_payments is not None:
        ownership = Ownership(
            connection=connection, all_connections=all_connections, reports_orphans=is_first
        )
        deliver = InvoicePayments(
            ownership=ownership, deliver_rest=known.deliver, give_up=known.give_up,
            list_payments=list_payments, publish=publish, clock=clock,
        ).deliver  # fmt: skip
    return Delivery(deliver=deliver, give_up=known.give_up, prepare=pipeline.prepare)


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
