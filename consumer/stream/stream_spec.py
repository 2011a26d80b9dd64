"""What a stream is made of: its spec, what it shares with other streams, and its engine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import SystemRandom

from consumer.clock import Clock
from consumer.engine.backoff import DEPENDENCY_MAX_AGE_S, RETRY_AFTER_CAP_S, Backoff
from consumer.engine.engine import Engine
from consumer.kafka.cluster import SESSION_LIMIT_MS, Cluster
from consumer.kafka.poller import PlaceOf
from consumer.limits.pause import Pause, Pauses
from consumer.limits.permits import PermitPool
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics
from consumer.stream.monitor import OF_NETSUITE, Sentences
from consumer.stream.waiting_topic import WaitingOutput
from consumer.tracing.tracer import OFF, Tracer

# Beyond half of the session the group may have given our partitions to somebody else.
ZOMBIE_LIMIT_S = SESSION_LIMIT_MS / 1_000 / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSpec:
    """
    What one stream is to do.

    Attributes:
        name: of the connection, in logs and metrics.
        group: the consumer group.
        instance_id: for static membership; None joins anew at each start.
        topics: without the deployment's prefix; leases go with the partitions of the first.
        account: whose limit it is; workers of one account share it out by this name.
        permits: how many calls may be in flight, all workers together.
        drain_budget_s: how long to wait for those when stopping.
        park_max_age_s: with the three that follow, the budgets of `consumer.engine.backoff.Backoff`.
        retry_after_cap_s: the longest wait that an answer may ask for.
        sentences: what is said of whoever is left alone.
        waiting: where parked records are shown; None for logs and metrics only.
        pauses: which connections people have paused; None where nobody can.
    """

    name: str
    group: str
    instance_id: str | None = None
    topics: Sequence[str]
    place_of: PlaceOf
    account: str
    permits: int
    drain_budget_s: float
    park_max_age_s: float
    record_max_age_s: float = math.inf
    dependency_max_age_s: float = DEPENDENCY_MAX_AGE_S
    hold_limit_s: float = math.inf
    retry_after_cap_s: float = RETRY_AFTER_CAP_S
    sentences: Sentences = field(default_factory=lambda: OF_NETSUITE)
    waiting: WaitingOutput | None = None
    pauses: Pauses | None = None

    @property
    def pause(self) -> Pause | None:
        """The present pause by a person; None while the stream runs."""
        return self.pauses.of(self.name) if self.pauses else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessContext:
    """What all streams of a process share."""

    cluster: Cluster
    metrics: Metrics
    health: Health
    clock: Clock
    tracer: Tracer = OFF


def backoff_of(spec: StreamSpec) -> Backoff:
    """The delays and budgets of a stream."""
    return Backoff(
        jitter=SystemRandom().random,
        park_max_age_s=spec.park_max_age_s,
        record_max_age_s=spec.record_max_age_s,
        dependency_max_age_s=spec.dependency_max_age_s,
        hold_limit_s=spec.hold_limit_s,
        retry_after_cap_s=spec.retry_after_cap_s,
    )


def engine_of(spec: StreamSpec, clock: Clock, permit_pool: PermitPool) -> Engine:
    """The engine of one life of a stream."""
    return Engine(
        permit_pool=permit_pool, backoff=backoff_of(spec), clock=clock, silence_limit_s=ZOMBIE_LIMIT_S
    )
