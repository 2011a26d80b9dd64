"""
All Prometheus metrics of this process, typed, each with a help sentence.

Other modules receive a `Metrics` and call its methods; only this package imports Prometheus. No method
raises: a failed update is counted and logged.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from functools import wraps

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest

from consumer.ops.best_effort import BestEffort
from consumer.ops.metrics.account import Account
from consumer.ops.metrics.certificates import Certificates
from consumer.ops.metrics.console import Console
from consumer.ops.metrics.failures import Failures
from consumer.ops.metrics.family import Families
from consumer.ops.metrics.reconciliations import Reconciliations
from consumer.ops.metrics.records import Records
from consumer.ops.metrics.refunds import Refunds
from consumer.ops.metrics.stream import Stream
from consumer.ops.metrics.webhooks import Webhooks

CONTENT_TYPE = CONTENT_TYPE_LATEST
LAG_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics(Records, Stream, Account, Webhooks, Refunds, Failures, Reconciliations, Certificates, Console):
    """The metrics of one process, in a registry of their own."""

    def __init__(self, *, version: str) -> None:
        families = Families()
        Records.__init__(self, families)
        Stream.__init__(self, families)
        Account.__init__(self, families)
        Webhooks.__init__(self, families)
        Refunds.__init__(self, families)
        Failures.__init__(self, families)
        Reconciliations.__init__(self, families)
        Certificates.__init__(self, families)
        Console.__init__(self, families)
        self._loop_lag = families.single_histogram(
            "event_loop_lag_seconds",
            LAG_BUCKETS_S,
            "How much later than asked for the event loop came back: what all else here waits for too.",
        )
        info = families.gauge("build_info", "Always 1; the labels say what is running.", "version", "python")
        info[version, platform.python_version()].set(1)
        self.registry: CollectorRegistry = families.registry
        ProcessCollector(registry=self.registry)
        self._failures = families.counter(
            "metric_failures",
            "Figures left out because counting them failed, by what was to be counted: a defect of ours.",
            "verb",
        )
        self._best_effort = BestEffort(failed=lambda verb: self._failures[verb,].inc())
        for name in _verbs(type(self)):
            setattr(self, name, self._contained(name))

    def _contained(self, name: str) -> Callable[..., None]:
        """The method with that name, wrapped so that it never raises."""
        verb: Callable[..., None] = getattr(self, name)

        @wraps(verb)
        def contained(*args: object, **figures: object) -> None:
            try:
                verb(*args, **figures)
            except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
                self._best_effort.contain(name, error)

        return contained

    def event_loop_lagged(self, *, seconds: float) -> None:
        """Record a delay of the event loop, in seconds."""
        self._loop_lag.observe(seconds)

    def exposition(self) -> bytes:
        """All metrics in the text format of Prometheus (`CONTENT_TYPE`)."""
        return generate_latest(self.registry)


def _verbs(owner: type) -> Iterator[str]:
    """The names of the methods that update metrics: all public ones but `exposition`."""
    names = (name for name in dir(owner) if not name.startswith("_") and name != "exposition")
    return (name for name in names if callable(getattr(owner, name)))
