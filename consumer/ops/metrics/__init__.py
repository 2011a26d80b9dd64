"""
What Prometheus may ask: every metric of this process, typed, with a help sentence each.

Who counts something receives a `Metrics` and calls its verbs; nobody else needs to know Prometheus.
"""

from __future__ import annotations

import platform

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest

from consumer.ops.metrics.account import Account
from consumer.ops.metrics.family import Families
from consumer.ops.metrics.records import Records
from consumer.ops.metrics.stream import Stream
from consumer.ops.metrics.webhooks import Webhooks

CONTENT_TYPE = CONTENT_TYPE_LATEST
LAG_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics(Records, Stream, Account, Webhooks):
    """The metrics of one process, in a registry of their own."""

    def __init__(self, *, version: str) -> None:
        families = Families()
        Records.__init__(self, families)
        Stream.__init__(self, families)
        Account.__init__(self, families)
        Webhooks.__init__(self, families)
        self._loop_lag = families.single_histogram(
            "event_loop_lag_seconds",
            LAG_BUCKETS_S,
            "How much later than asked for the event loop came back: what all else here waits for too.",
        )
        info = families.gauge("build_info", "Always 1; the labels say what is running.", "version", "python")
        info[version, platform.python_version()].set(1)
        self.registry: CollectorRegistry = families.registry
        ProcessCollector(registry=self.registry)

    def event_loop_lagged(self, *, seconds: float) -> None:
        """The event loop came back so much too late."""
        self._loop_lag.observe(seconds)

    def exposition(self) -> bytes:
        """Everything in the text format of Prometheus (`CONTENT_TYPE`)."""
        return generate_latest(self.registry)
