"""
The steps of a record's way through one connection, as functions that may be wrapped.

`contained_steps`, `observed_steps` and `traced_pipeline` each replace some of them by the same with something
around it; `pipeline` calls them in order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from consumer.events.outgoing import Attempt
from consumer.lago.lookup_result import LookupResult
from consumer.mapping.result import Mapping
from consumer.outcome import Outcome, Unavailable
from consumer.pipeline.enrichment import Wanted
from consumer.record import Record
from schemas.envelope import Envelope, Undecodable


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEvent:
    """
    A record's event, and what is to be done about it.

    Attributes:
        event: without the details of what is mapped already: thousands wait for the end of their call.
        unknown: the customer who has to be looked up before `plan` is certain.
    """

    event: Envelope | Undecodable
    plan: Mapping | Unavailable
    unknown: Wanted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteResult:
    """
    What became of records that were written together.

    Attributes:
        outcomes: one a record, in their order; also of those for which nothing was sent.
        call_s: how long it took, in seconds.
    """

    outcomes: Sequence[Outcome]
    call_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """
    What is done with records, one step after the other.

    Attributes:
        decode: the event in a record.
        plan: which document the event is, by which connection, and the request that it becomes.
        look_up: Lago's answer about the customer of a plan that is not certain.
        enrich: the plan with that answer in it.
        write: sends the requests of all plans in one call.
        publish: the results or the error event of an outcome; gives what the record has come to in the end.
            Raises ContractError when Kafka does not acknowledge.
    """

    decode: Callable[[Record], Envelope | Undecodable]
    plan: Callable[[Record, Envelope | Undecodable], PlannedEvent]
    look_up: Callable[[Record, Wanted], Awaitable[LookupResult]]
    enrich: Callable[[Record, PlannedEvent, LookupResult], PlannedEvent]
    write: Callable[[Sequence[Record], Sequence[PlannedEvent]], Awaitable[WriteResult]]
    publish: Callable[[Record, PlannedEvent, Outcome, Attempt], Awaitable[Outcome]]
