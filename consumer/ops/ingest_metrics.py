"""What Prometheus may ask of the process that takes webhooks, beyond what every process tells."""

from __future__ import annotations

from prometheus_client import Histogram

from consumer.ops.metrics import NAMESPACE, Metrics

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class IngestMetrics(Metrics):
    """The metrics of one process that takes webhooks."""

    def __init__(self, *, version: str) -> None:
        super().__init__(version=version)
        self._requests = self._counter(
            "ingest_requests", "Requests to the webhook endpoint, by how they were answered.", "answer"
        )
        self._repeats = self._counter(
            "ingest_repeats", "Webhooks that came again when Kafka had them already."
        )
        self._duration = Histogram(
            "ingest_duration_seconds",
            "Time from a request's headers to its answer.",
            namespace=NAMESPACE,
            registry=self.registry,
            buckets=BUCKETS_S,
        )

    def ingest_answered(self, *, answer: str, seconds: float) -> None:
        """A request to the webhook endpoint was answered so, that long after its headers had come."""
        self._requests.labels(answer=answer).inc()
        self._duration.observe(seconds)

    def ingest_repeated(self) -> None:
        """A webhook came again that Kafka had already."""
        self._repeats.inc()
