"""What a flow says of itself every second: to Prometheus, to whoever probes it, and to the log."""

from __future__ import annotations

import structlog

from consumer.clock import Clock
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.engine.offset_map import MAX_SPAN
from consumer.limits.breaker import Reason
from consumer.limits.gate import Gate, Reading
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics

SENTENCES = {
    Reason.UNAVAILABLE: "NetSuite is unavailable",
    Reason.ACCOUNT_DOWN: "NetSuite refuses this connection",
    Reason.REJECTION_STORM: "NetSuite or the mapping rejects too many events in a row: a setting is wrong",
}

log = structlog.get_logger(__name__)


class Vitals:
    """Reads the engine and the gate of one connection."""

    def __init__(
        self, *, name: str, engine: Engine, gate: Gate, metrics: Metrics, health: Health, clock: Clock
    ) -> None:
        self._name = name
        self._engine = engine
        self._gate = gate
        self._metrics = metrics
        self._health = health
        self._clock = clock
        self._shown: frozenset[Partition] = frozenset()
        self._reason: Reason | None = None
        self._throttled = 0

    def take(self) -> None:
        """Say how things stand now."""
        reading = self._gate.reading()
        self._metrics.connection(
            self._name,
            {
                "parked_lanes": self._engine.parked,
                "inflight": self._engine.under_way,
                "permits_leased": reading.leased,
                "permits_window": reading.window,
                "permits_borrowed": reading.borrowed,
                "permits_in_use": self._engine.calls,
                "breaker_state": reading.state,
            },
        )
        self._metrics.throttled(connection=self._name, count=reading.throttled - self._throttled)
        self._throttled = reading.throttled
        self._tell_of_breaker(reading)
        self._measure_partitions()

    def _tell_of_breaker(self, reading: Reading) -> None:
        if reading.reason is self._reason:
            return
        self._reason = reading.reason
        if reading.reason is None:
            log.info("breaker_closed", connection=self._name)
            self._health.remark(self._name, None)
        else:
            log.error("breaker_opened", connection=self._name, reason=reading.reason.value)
            self._health.remark(self._name, SENTENCES[reading.reason])

    def _measure_partitions(self) -> None:
        partitions = self._engine.holdings.partitions
        for lost in self._shown - partitions:
            self._metrics.partition_lost(self._labels(lost))
        for partition in partitions:
            self._measure(partition)
        self._shown = partitions

    def _measure(self, partition: Partition) -> None:
        holdings = self._engine.holdings
        ledger, oldest_ms = holdings.ledger(partition), holdings.oldest_ms(partition)
        age_s = 0.0 if oldest_ms is None else self._clock.now().timestamp() - oldest_ms / 1_000
        self._metrics.partition(
            self._labels(partition),
            {
                "unsettled_records": ledger.unsettled if ledger else 0,
                "oldest_unsettled_age_seconds": max(0.0, age_s),
                "offset_span_ratio": ledger.span / MAX_SPAN if ledger else 0.0,
            },
        )

    def _labels(self, partition: Partition) -> tuple[str, str, str]:
        return self._name, partition.topic, str(partition.number)
