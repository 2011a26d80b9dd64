"""Metrics of webhooks: those from Lago to ingest, and those of the relay."""

from __future__ import annotations

from typing import Literal

from consumer.ops.metrics.family import Families

INGEST_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
ATTEMPT_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)

ACCEPTED = frozenset({"produced", "ignored", "repeated"})
# Reasons for refusals of Lago's webhooks when keys or addresses are wrong, or Lago has changed.
REFUSALS_OF_LAGO = (
    "no_signature", "unknown_algorithm", "no_key", "bad_signature", "foreign_issuer", "foreign_organization",
    "no_unique_key", "not_a_webhook", "wrong_content_type", "wrong_content_encoding", "too_large",
)  # fmt: skip

LINKED = frozenset({"invoice", "credit_note", "customer"})

AttemptOutcome = Literal["delivered", "refused", "unanswered"]


class Webhooks:
    """The part of `consumer.ops.metrics.Metrics` about ingest and relay."""

    def __init__(self, families: Families) -> None:
        self._requests = families.counter(
            "ingest_requests", "Requests to the webhook endpoint, by how they were answered.", "answer"
        )
        self._accepted = families.counter(
            "ingest_accepted", "Webhooks answered 202, by connection.", "connection"
        )
        self._refused = families.counter(
            "ingest_refused",
            "Webhooks answered otherwise, by connection and by the name of the answer.",
            "connection",
            "reason",
        )
        self._deduplication = families.single_counter(
            "ingest_repeats", "Webhooks that came again when Kafka had them already."
        )
        self._request_duration = families.single_histogram(
            "ingest_duration_seconds", INGEST_BUCKETS_S, "Time from a request's headers to its answer."
        )
        self._attempts = families.counter(
            "webhook_attempts",
            "Attempts to post a webhook; the status is that of the answer, or none.",
            "endpoint",
            "outcome",
            "status",
        )
        self._attempt_duration = families.histogram(
            "webhook_duration_seconds",
            ATTEMPT_BUCKETS_S,
            "Time from posting a webhook to its answer.",
            "endpoint",
        )
        self._disabled = families.gauge(
            "webhook_endpoint_disabled", "1 while its events wait on Kafka, but for a probe.", "endpoint"
        )
        self._links = families.counter(
            "lago_links",
            "Links to NetSuite in Lago's documents, by what became of them.",
            "connection",
            "object",
            "outcome",
        )
        self._undeliverable = families.counter(
            "webhooks_undeliverable", "Webhooks given up after their last attempt.", "endpoint"
        )

    def link_settled(self, *, connection: str, object: str, outcome: str) -> None:  # noqa: A002 - a label
        """Count the outcome of the link of a document in Lago."""
        kind = object if object in LINKED else "other"
        self._links[connection, kind, outcome].inc()

    def ingest_connection(self, connection: str) -> None:
        """Create the counters of a connection with 0, so that Prometheus counts the first webhook."""
        self._accepted[connection,].inc(0)
        for reason in REFUSALS_OF_LAGO:
            self._refused[connection, reason].inc(0)

    def ingest_answered(self, *, answer: str, seconds: float, connection: str) -> None:
        """Count a response of the webhook endpoint, and record the seconds since the request's headers."""
        self._requests[answer,].inc()
        self._request_duration.observe(seconds)
        if answer in ACCEPTED:
            self._accepted[connection,].inc()
        else:
            self._refused[connection, answer].inc()

    def ingest_repeated(self) -> None:
        """Count a deduplicated webhook."""
        self._deduplication.inc()

    def webhook_attempted(self, *, endpoint: str, status: int | None, seconds: float) -> None:
        """Count an attempt and record its duration; `status` is None without a response."""
        self._attempts[endpoint, _outcome(status), str(status or "none")].inc()
        self._attempt_duration[endpoint,].observe(seconds)

    def webhook_undeliverable(self, *, endpoint: str) -> None:
        """Count a webhook that is given up and on the topic for undeliverable ones."""
        self._undeliverable[endpoint,].inc()

    def webhook_endpoint_disabled(self, *, endpoint: str, is_disabled: bool) -> None:
        """Set whether an endpoint is disabled: its events wait, and only probes are posted."""
        self._disabled[endpoint,].set(is_disabled)
        self._undeliverable[endpoint,].inc(0)


def _outcome(status: int | None) -> AttemptOutcome:
    if status is None:
        return "unanswered"
    return "delivered" if 200 <= status < 300 else "refused"
