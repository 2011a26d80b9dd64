"""What is measured of a stream every second: for Prometheus, for probes and for the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import structlog

from consumer.clock import Clock
from consumer.engine import backpressure
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.engine.offset_map import MAX_SPAN
from consumer.engine.retry_state import Cause
from consumer.kafka.committer import Committer
from consumer.kafka.consumer_positions import ConsumerPositions
from consumer.limits.circuit_breaker import Reason
from consumer.limits.pause import Pause
from consumer.limits.permit_reading import Reading
from consumer.limits.permits import PermitPool
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics
from consumer.ops.metrics.account import ParkReason
from consumer.outcome import Rejected

Sentences = Mapping[Reason, str]
"""The remark about an account or endpoint that is left alone, by the breaker's reason."""

OF_NETSUITE: Sentences = {
    Reason.UNAVAILABLE: "NetSuite is unavailable",
    Reason.ACCOUNT_DOWN: "NetSuite refuses this connection",
    Reason.REJECTION_STORM: "NetSuite or the mapping rejects too many events in a row: a setting is wrong",
}

# What a restart may cure: work and permits are there and nothing begins; Kafka answers and takes no commit.
STALLED_AFTER_S = {"deliveries": 120.0, "commits": 300.0}
PARK_REASONS: dict[Cause, ParkReason] = {
    Cause.RECORD: "record",
    Cause.DEPENDENCY: "dependency",
    Cause.HOLD: "hold",
    Cause.PREDECESSOR: "predecessor",
    Cause.KIND: "kind",
    Cause.LIMIT: "limit",
    Cause.ACCOUNT: "account",
    Cause.BROKER: "broker",
    Cause.RESTART: "restart",
}

log = structlog.get_logger(__name__)


class Monitor:
    """Samples the engine, the permit pool and the positions of one stream."""

    def __init__(  # noqa: PLR0913 - the parts it reads and writes to, each named at the one call
        self,
        *,
        name: str,
        account: str,
        engine: Engine,
        permit_pool: PermitPool,
        positions: ConsumerPositions,
        committer: Committer,
        metrics: Metrics,
        health: Health,
        clock: Clock,
        sentences: Sentences = OF_NETSUITE,
        pause: Callable[[], Pause | None] = lambda: None,
    ) -> None:
        self._name = name
        self._whose = (name, account)
        self._positions = positions
        self._committer = committer
        self._heartbeats = {f"{name}: {part}": limit_s for part, limit_s in STALLED_AFTER_S.items()}
        self._begun = 0
        self._engine = engine
        self._permit_pool = permit_pool
        self._metrics = metrics
        self._health = health
        self._clock = clock
        self._sentences = sentences
        self._pause = pause
        self._paused: Pause | None = None
        self._shown: frozenset[Partition] = frozenset()
        self._reason: Reason | None = None
        self._refused_kinds: frozenset[str] = frozenset()
        self._throttled = 0
        for part, limit_s in self._heartbeats.items():
            health.watch(part, limit_s=limit_s)

    def sample(self) -> None:
        """Measure once; first whether the stream lives, which needs no figures."""
        self._beat()
        reading = self._permit_pool.reading()
        self._log_breaker(reading)
        self._log_pause()
        self._log_kinds()
        self._metrics.connection(
            self._whose,
            {
                "inflight": self._engine.in_flight,
                "permits_leased": reading.leased,
                "permits_window": reading.window,
                "permits_borrowed": reading.borrowed,
                "permits_in_use": self._engine.calls,
                "breaker_state": reading.state,
            },
        )
        self._metrics.paused(self._whose, since_s=max(1.0, self._paused.since_s) if self._paused else 0.0)
        self._measure_parked()
        self._metrics.breaker(self._whose, {each.value: each is reading.reason for each in Reason})
        self._metrics.throttled(self._whose, count=reading.throttled - self._throttled)
        self._throttled = reading.throttled
        self._measure_partitions()

    def end(self) -> None:
        """The stream has ended: no heartbeat of it is expected, no figure of it is shown."""
        for part in self._heartbeats:
            self._health.unwatch(part)
        self._health.remark(self._name, None)
        self._health.remark(f"{self._name} by a person", None)
        for kind in self._refused_kinds:
            self._show_kind(kind, None)
        for shown in self._shown:
            self._metrics.partition_lost(self._labels(shown))

    def _beat(self) -> None:
        begun = self._engine.calls_begun
        is_alive = {"deliveries": begun != self._begun or not self._engine.could_start}
        is_alive["commits"] = not self._committer.is_refused
        self._begun = begun
        for part in self._heartbeats:
            if is_alive[part.removeprefix(f"{self._name}: ")]:
                self._health.beat(part)

    def _log_breaker(self, reading: Reading) -> None:
        if reading.reason is self._reason:
            return
        self._reason = reading.reason
        if reading.reason is None:
            log.info("breaker_closed", connection=self._name)
            self._health.remark(self._name, None)
        else:
            log.error(
                "breaker_opened",
                connection=self._name,
                reason=reading.reason.value,
                because=reading.because,
            )
            said = (self._sentences[reading.reason], reading.because)
            self._health.remark(self._name, ": ".join(filter(None, said)))

    def _log_pause(self) -> None:
        pause, before = self._pause(), self._paused
        if pause == before:
            return
        self._paused = pause
        self._health.remark(f"{self._name} by a person", None if pause is None else str(pause))
        if pause is None:
            log.info("connection_resumed", connection=self._name)
        else:
            log.warning(
                "connection_paused",
                connection=self._name,
                actor=pause.actor,
                since=pause.at,
                reason=pause.reason,
            )

    def _log_kinds(self) -> None:
        refused = self._engine.refused_kinds
        for kind in self._refused_kinds - refused.keys():
            log.info("document_kind_accepted", connection=self._name, kind=kind)
            self._show_kind(kind, None)
        for kind in refused.keys() - self._refused_kinds:
            log.error("document_kind_refused", connection=self._name, kind=kind, why=_sentence(refused[kind]))
            self._show_kind(kind, _sentence(refused[kind]))
        self._refused_kinds = frozenset(refused)

    def _show_kind(self, kind: str, sentence: str | None) -> None:
        self._health.remark(f"{self._name}: {kind}", sentence)
        self._metrics.refused_kind(self._whose, kind, is_refused=sentence is not None)

    def _measure_parked(self) -> None:
        lanes, oldest_ms = Counter[Cause](), dict[Cause, int]()
        for each in self._engine.heads:
            if (cause := each.retry_state.cause) is not None:
                lanes[cause] += 1
                since_ms = each.record.timestamp_ms
                oldest_ms[cause] = min(since_ms, oldest_ms.get(cause, since_ms))
        ages_s = {PARK_REASONS[cause]: self._age_s(since_ms) for cause, since_ms in oldest_ms.items()}
        self._metrics.parked(self._whose, {name: lanes[cause] for cause, name in PARK_REASONS.items()})
        self._metrics.oldest_parked(self._whose, dict.fromkeys(PARK_REASONS.values(), 0.0) | ages_s)

    def _age_s(self, since_ms: float) -> float:
        return max(0.0, self._clock.now().timestamp() - since_ms / 1_000)

    def _measure_partitions(self) -> None:
        partitions, paused = self._engine.owned_partitions.partitions, self._positions.paused()
        for lost in self._shown - partitions:
            self._metrics.partition_lost(self._labels(lost))
        for partition in partitions:
            self._measure(partition, is_paused=partition in paused)
        self._shown = partitions

    def _measure(self, partition: Partition, *, is_paused: bool) -> None:
        owned_partitions = self._engine.owned_partitions
        ledger, oldest_ms = owned_partitions.ledger(partition), owned_partitions.oldest_ms(partition)
        age_s = 0.0 if oldest_ms is None else self._age_s(oldest_ms)
        records, span = (ledger.unsettled, ledger.span) if ledger else (0, 0)
        end = self._positions.end(partition)
        labels = self._labels(partition)
        self._metrics.partition(
            labels,
            {
                "unsettled_records": records,
                "oldest_unsettled_age_seconds": age_s,
                "offset_span_ratio": span / MAX_SPAN,
                "consumer_lag_records": max(0, end - ledger.base) if ledger and end is not None else 0,
            },
        )
        is_seeded = partition not in owned_partitions.unseeded
        reason = backpressure.why(is_seeded=is_seeded, records=records, span=span) if is_paused else None
        self._metrics.partition_paused(labels, reason)

    def _labels(self, partition: Partition) -> tuple[str, str, str]:
        return self._name, partition.topic, str(partition.number)


def _sentence(refusal: Rejected) -> str:
    return f"{refusal.message}: {refusal.hint}"
