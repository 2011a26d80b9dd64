"""Metrics of Kafka: lag, paused partitions, commits, rebalances, and lost records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from consumer.engine.backpressure import Pause
from consumer.engine.offset_map import Reason as MapReason
from consumer.ops.metrics.family import Families

PartitionGauge = Literal[
    "unsettled_records", "oldest_unsettled_age_seconds", "offset_span_ratio", "consumer_lag_records"
]
CommitResult = Literal["ok", "failed", "superseded"]
PartitionLabels = tuple[str, str, str]
"""Connection, topic and partition: every connection has a consumer group of its own."""

COMMIT_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
DRAIN_BUCKETS_S = (0.01, 0.1, 0.5, 1, 2.5, 5, 10, 25, 50, 85)
# Kafka accepts 4 096 bytes of commit metadata by default, and no offset map is larger than 2 750.
MAP_BUCKETS_BYTES = (16, 32, 64, 128, 256, 512, 1024, 2048, 2750, 4096)

_GAUGES: dict[PartitionGauge, str] = {
    "unsettled_records": "Records taken and not done: the backlog in this process.",
    "oldest_unsettled_age_seconds": "Age of the first record that is not done.",
    "offset_span_ratio": "How much of the offset map is used; at 1 the partition stops.",
    "consumer_lag_records": "Log end less what may be committed: one parked record keeps it high.",
}


class Stream:
    """The part of `consumer.ops.metrics.Metrics` about Kafka."""

    def __init__(self, families: Families) -> None:
        where = ("connection", "topic", "partition")
        self._partition = {name: families.gauge(name, sentence, *where) for name, sentence in _GAUGES.items()}
        self._paused = families.gauge(
            "partition_paused", "1 while no more records of a partition are fetched.", *where, "reason"
        )
        results = [(result,) for result in get_args(CommitResult)]
        self._commits = families.counter("commits", "Commits by how they ended.", "result", born=results)
        self._commit_duration = families.histogram(
            "commit_duration_seconds", COMMIT_BUCKETS_S, "Time that a commit took.", "result", born=results
        )
        self._maps_rejected = families.counter(
            "offset_map_rejected",
            "Commit metadata ignored because it disagreed with the commit.",
            "reason",
            born=[(reason,) for reason in get_args(MapReason)],
        )
        self._map_size = families.single_histogram(
            "offset_map_bytes", MAP_BUCKETS_BYTES, "Size of the offset map in a commit's metadata."
        )
        self._gap = families.counter(
            "offset_gap",
            "Unsettled records that Kafka had deleted before they were carried: they are lost.",
            "topic",
        )
        self._removed = families.gauge(
            "removed_connection_open_records",
            "Records that a removed connection has left: they waited, or it had not read them.",
            "connection",
            "state",
        )
        self._rebalances = families.single_counter("rebalances", "Assignments of partitions received.")
        self._restarts = families.counter(
            "stream_restarts", "Streams that died by a defect and began anew.", "connection"
        )
        self._drain = families.single_histogram(
            "drain_duration_seconds",
            DRAIN_BUCKETS_S,
            "Time until no delivery was under way, before partitions were given back or the process stopped.",
        )

    def partition(self, labels: PartitionLabels, values: Mapping[PartitionGauge, float]) -> None:
        """Set the gauges of one partition."""
        for name, value in values.items():
            self._partition[name][labels].set(value)

    def partition_paused(self, labels: PartitionLabels, reason: Pause | None) -> None:
        """Set why a partition is paused; None when it is not."""
        if reason is not None:
            self._paused[*labels, reason.value].set(1)
        for other in Pause:
            if other is not reason and (*labels, other.value) in self._paused:
                self._paused[*labels, other.value].set(0)

    def partition_lost(self, labels: PartitionLabels) -> None:
        """Remove the gauges of a partition that is no longer assigned to this process."""
        for gauge in self._partition.values():
            gauge.forget(labels)
        for reason in Pause:
            self._paused.forget((*labels, reason.value))

    def topic_begins(self, *, topic: str) -> None:
        """Create the counter of lost records of a topic with 0, so that Prometheus counts the first loss."""
        self._gap[topic,].inc(0)

    def committed(self, *, result: CommitResult, seconds: float) -> None:
        """Count a commit, and record its duration in seconds."""
        self._commits[result,].inc()
        self._commit_duration[result,].observe(seconds)

    def offset_map_written(self, *, size_bytes: int) -> None:
        """Record the size of the offset map in a commit's metadata."""
        self._map_size.observe(size_bytes)

    def offset_map_rejected(self, *, reason: MapReason) -> None:
        """Count an invalid offset map, without which a partition starts at its committed offset."""
        self._maps_rejected[reason,].inc()

    def offset_gap(self, *, topic: str, count: int) -> None:
        """Count records that Kafka deleted before they were settled."""
        self._gap[topic,].inc(count)

    def removed_connections(self, left: Mapping[str, tuple[int, int]]) -> None:
        """Set the open records of removed connections, by code: unsettled and unread ones."""
        for code, state in [labels for labels in self._removed if labels[0] not in left]:
            self._removed.forget((code, state))
        for code, (unsettled, unread) in left.items():
            self._removed[code, "unsettled"].set(unsettled)
            self._removed[code, "unread"].set(unread)

    def rebalanced(self) -> None:
        """Count an assignment of partitions."""
        self._rebalances.inc()

    def stream_begins(self, *, connection: str) -> None:
        """Create the counter of restarts with 0, so that Prometheus counts the first one."""
        self._restarts[connection,].inc(0)

    def stream_restarted(self, *, connection: str) -> None:
        """Count a failed stream that will be restarted."""
        self._restarts[connection,].inc()

    def drained(self, *, seconds: float) -> None:
        """Record how long a drain waited for deliveries in flight, in seconds."""
        self._drain.observe(seconds)
