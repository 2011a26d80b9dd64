"""
What Prometheus may ask: every metric of this process in one typed list, a help sentence each.

Names begin with ``lago_netsuite_``, units are base units, and no label carries an id.
"""

from __future__ import annotations

import platform
from typing import assert_never

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.parser import text_string_to_metric_families

from consumer.outcome import AlreadyThere, Delivered, Ignored, Rejected, Settled

NAMESPACE = "lago_netsuite"
CONTENT_TYPE = CONTENT_TYPE_LATEST
INGEST_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LATENCY_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86_400)


class Metrics:
    """
    The metrics of one process, in a registry of their own.

    Others receive this object and call its verbs; none of them needs to know Prometheus.
    """

    def __init__(self, *, version: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._consumed = self._counter("records_consumed", "Records read from Kafka.", "topic")
        self._settled = self._counter(
            "records_settled",
            "Records that are done, by what became of them.",
            "connection",
            "topic",
            "outcome",
        )
        self._errors = self._counter("errors_published", "Error events acknowledged by Kafka.", "code")
        self._fallbacks = self._counter(
            "fallbacks_used", "Lines that got a fallback item for want of a mapping.", "connection", "rule"
        )
        self._latency = Histogram(
            "record_latency_seconds",
            "Time from a record's timestamp to its settlement.",
            ["object"],
            namespace=NAMESPACE,
            registry=self.registry,
            buckets=LATENCY_BUCKETS_S,
        )
        self._parked = self._gauge(
            "parked_lanes", "Lanes whose first record waits for its next try.", "connection"
        )
        self._ingest_requests = self._counter(
            "ingest_requests", "Requests to the webhook endpoint, by how they were answered.", "answer"
        )
        self._ingest_repeats = self._counter(
            "ingest_repeats", "Webhooks that came again when Kafka had them already."
        )
        self._ingest_duration = Histogram(
            "ingest_duration_seconds",
            "Time from a request's headers to its answer.",
            namespace=NAMESPACE,
            registry=self.registry,
            buckets=INGEST_BUCKETS_S,
        )
        self._inflight = self._gauge("inflight", "Deliveries to NetSuite under way.", "connection")
        info = self._gauge("build_info", "Always 1; the labels say what is running.", "version", "python")
        info.labels(version=version, python=platform.python_version()).set(1)

    def consumed(self, *, topic: str, count: int = 1) -> None:
        """Records came from Kafka."""
        self._consumed.labels(topic=topic).inc(count)

    def settled(self, *, connection: str, topic: str, outcome: Settled) -> None:
        """A record is done."""
        self._settled.labels(connection=connection, topic=topic, outcome=outcome_name(outcome)).inc()

    def latency(self, *, object: str, seconds: float) -> None:  # noqa: A002 - Lago's word and the label's name
        """A record took this long from its timestamp to its settlement."""
        self._latency.labels(object=object).observe(seconds)

    def parked_lanes(self, *, connection: str, count: int) -> None:
        """So many lanes are parked now."""
        self._parked.labels(connection=connection).set(count)

    def inflight(self, *, connection: str, count: int) -> None:
        """So many deliveries are under way now."""
        self._inflight.labels(connection=connection).set(count)

    def error_published(self, *, code: str) -> None:
        """An error event is in Kafka."""
        self._errors.labels(code=code).inc()

    def fallback_used(self, *, connection: str, rule: str) -> None:
        """A fallback item was chosen for want of a mapping."""
        self._fallbacks.labels(connection=connection, rule=rule).inc()

    def ingest_answered(self, *, answer: str, seconds: float) -> None:
        """A request to the webhook endpoint was answered so, that long after its headers had come."""
        self._ingest_requests.labels(answer=answer).inc()
        self._ingest_duration.observe(seconds)

    def ingest_repeated(self) -> None:
        """A webhook came again that Kafka had already."""
        self._ingest_repeats.inc()

    def exposition(self) -> bytes:
        """Everything in the text format of Prometheus (`CONTENT_TYPE`)."""
        return generate_latest(self.registry)

    def _counter(self, name: str, help_sentence: str, *labels: str) -> Counter:
        return Counter(name, help_sentence, labels, namespace=NAMESPACE, registry=self.registry)

    def _gauge(self, name: str, help_sentence: str, *labels: str) -> Gauge:
        return Gauge(name, help_sentence, labels, namespace=NAMESPACE, registry=self.registry)


def settled_in(exposition: str) -> dict[str, int]:
    """Records settled by outcome, read back from the text that a process gives at ``/metrics``."""
    counts: dict[str, int] = {}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            if sample.name == f"{NAMESPACE}_records_settled_total":
                outcome = sample.labels["outcome"]
                counts[outcome] = counts.get(outcome, 0) + int(sample.value)
    return counts


def outcome_name(outcome: Settled) -> str:
    """The value of the label ``outcome``."""
    match outcome:
        case Delivered():
            return "written"
        case AlreadyThere():
            return "already_there"
        case Ignored():
            return "ignored"
        case Rejected():
            return "rejected"
        case _:
            assert_never(outcome)
