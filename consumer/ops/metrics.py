"""
What Prometheus may ask: every metric of this process in one typed list, a help sentence each.

Names begin with ``lago_netsuite_``, units are base units, and no label carries an id.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

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

ConnectionGauge = Literal[
    "parked_lanes",
    "inflight",
    "permits_leased",
    "permits_window",
    "permits_borrowed",
    "permits_in_use",
    "breaker_state",
]
PartitionGauge = Literal["unsettled_records", "oldest_unsettled_age_seconds", "offset_span_ratio"]

_OF_CONNECTION: dict[ConnectionGauge, str] = {
    "parked_lanes": "Lanes whose first record waits for its next try.",
    "inflight": "Records on their way to NetSuite.",
    "permits_leased": "Calls that this worker may always make at once.",
    "permits_window": "Those of them that it may make now.",
    "permits_borrowed": "Calls that it may make beyond them.",
    "permits_in_use": "Calls to NetSuite under way.",
    "breaker_state": "0 closed, 1 half open, 2 open: the account is left alone.",
}
_OF_PARTITION: dict[PartitionGauge, str] = {
    "unsettled_records": "Records taken and not done: the backlog in this process.",
    "oldest_unsettled_age_seconds": "Age of the first record that is not done.",
    "offset_span_ratio": "How much of the offset map is used; at 1 the partition stops.",
}

PartitionLabels = tuple[str, str, str]
"""Connection, topic and partition: every connection reads all partitions in a group of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ingest:
    requests: Counter
    repeats: Counter
    duration: Histogram


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
        self._latency = self._histogram(
            "record_latency_seconds",
            LATENCY_BUCKETS_S,
            "Time from a record's timestamp to its end.",
            "object",
        )
        self._ingest = self._of_ingest()
        self._webhooks = self._counter(
            "webhooks_posted", "Attempts to post a webhook, by what was answered.", "endpoint", "answer"
        )
        self._disabled = self._gauge(
            "webhook_endpoint_disabled", "1 while its events wait on Kafka, but for a probe.", "endpoint"
        )
        self._maps_rejected = self._counter(
            "offset_map_rejected", "Commit metadata ignored because it disagreed with the commit.", "reason"
        )
        self._throttled = self._counter(
            "throttled", "Calls that an account refused for its limit.", "connection"
        )
        self._of_connection = {
            name: self._gauge(name, help_sentence, "connection")
            for name, help_sentence in _OF_CONNECTION.items()
        }
        self._of_partition = {
            name: self._gauge(name, help_sentence, "connection", "topic", "partition")
            for name, help_sentence in _OF_PARTITION.items()
        }
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

    def offset_map_rejected(self, *, reason: str) -> None:
        """A partition begins without what its last owner had done beyond the position."""
        self._maps_rejected.labels(reason=reason).inc()

    def partition(self, labels: PartitionLabels, values: Mapping[PartitionGauge, float]) -> None:
        """How far behind one partition is now."""
        for name, value in values.items():
            self._of_partition[name].labels(*labels).set(value)

    def partition_lost(self, labels: PartitionLabels) -> None:
        """A partition is somebody else's to report on."""
        for gauge in self._of_partition.values():
            gauge.remove(*labels)

    def connection(self, connection: str, values: Mapping[ConnectionGauge, float]) -> None:
        """What one connection does now."""
        for name, value in values.items():
            self._of_connection[name].labels(connection=connection).set(value)

    def throttled(self, *, connection: str, count: int) -> None:
        """The account refused so many more calls."""
        self._throttled.labels(connection=connection).inc(count)

    def error_published(self, *, code: str) -> None:
        """An error event is in Kafka."""
        self._errors.labels(code=code).inc()

    def fallback_used(self, *, connection: str, rule: str) -> None:
        """A fallback item was chosen for want of a mapping."""
        self._fallbacks.labels(connection=connection, rule=rule).inc()

    def ingest_answered(self, *, answer: str, seconds: float) -> None:
        """A request to the webhook endpoint was answered so, that long after its headers had come."""
        self._ingest.requests.labels(answer=answer).inc()
        self._ingest.duration.observe(seconds)

    def ingest_repeated(self) -> None:
        """A webhook came again that Kafka had already."""
        self._ingest.repeats.inc()

    def webhook_posted(self, *, endpoint: str, answer: str) -> None:
        """An endpoint answered with that status, or ``none``."""
        self._webhooks.labels(endpoint=endpoint, answer=answer).inc()

    def webhook_endpoint_disabled(self, *, endpoint: str, is_disabled: bool) -> None:
        """Whether only probes are posted to an endpoint."""
        self._disabled.labels(endpoint=endpoint).set(is_disabled)

    def exposition(self) -> bytes:
        """Everything in the text format of Prometheus (`CONTENT_TYPE`)."""
        return generate_latest(self.registry)

    def _of_ingest(self) -> _Ingest:
        return _Ingest(
            requests=self._counter(
                "ingest_requests", "Requests to the webhook endpoint, by how they were answered.", "answer"
            ),
            repeats=self._counter("ingest_repeats", "Webhooks that came again when Kafka had them already."),
            duration=self._histogram(
                "ingest_duration_seconds", INGEST_BUCKETS_S, "Time from a request's headers to its answer."
            ),
        )

    def _counter(self, name: str, help_sentence: str, *labels: str) -> Counter:
        return Counter(name, help_sentence, labels, namespace=NAMESPACE, registry=self.registry)

    def _histogram(self, name: str, buckets: Sequence[float], help_sentence: str, *labels: str) -> Histogram:
        return Histogram(
            name, help_sentence, labels, namespace=NAMESPACE, registry=self.registry, buckets=buckets
        )

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
