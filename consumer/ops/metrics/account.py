"""Metrics of one connection: permits, circuit breaker, parked lanes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from consumer.ops.metrics.family import Families

ConnectionGauge = Literal[
    "inflight",
    "permits_leased",
    "permits_window",
    "permits_borrowed",
    "permits_in_use",
    "breaker_state",
]
BreakerReason = Literal["unavailable", "account_down", "rejection_storm"]
ParkReason = Literal[
    "record", "dependency", "hold", "predecessor", "kind", "limit", "account", "broker", "restart"
]
ConnectionLabels = tuple[str, str]
"""The connection's code and its NetSuite account; of a relay's stream, its name twice."""

_GAUGES: dict[ConnectionGauge, str] = {
    "inflight": "Records on their way to NetSuite.",
    "permits_leased": "Calls that this worker may always make at once.",
    "permits_window": "Those of them that it may make now.",
    "permits_borrowed": "Calls that it may make beyond them.",
    "permits_in_use": "Calls to NetSuite under way.",
    "breaker_state": "0 closed, 1 half open, 2 open: the account is left alone.",
}


class Account:
    """The part of `consumer.ops.metrics.Metrics` about connections."""

    def __init__(self, families: Families) -> None:
        whose = ("connection", "account")
        self._gauges = {name: families.gauge(name, sentence, *whose) for name, sentence in _GAUGES.items()}
        self._parked = families.gauge(
            "parked_lanes",
            "Lanes whose first record waits for its next try, by why.",
            *whose,
            "reason",
        )
        self._oldest_parked = families.gauge(
            "oldest_parked_age_seconds",
            "Age of the oldest record that waits for its next try, by why; 0 when none does.",
            *whose,
            "reason",
        )
        self._breaker = families.gauge(
            "breaker_open", "1 while the account is left alone, by why it is.", *whose, "reason"
        )
        self._paused_since = families.gauge(
            "paused_since_timestamp_seconds",
            "When a person paused this connection, in seconds since the epoch; 0 while it runs.",
            *whose,
        )
        self._refused_kind = families.gauge(
            "refused_kind", "1 while NetSuite refuses this kind of document as a whole.", *whose, "kind"
        )
        self._throttled = families.counter(
            "throttled", "Calls that an account refused for its limit.", *whose
        )

    def connection(self, labels: ConnectionLabels, values: Mapping[ConnectionGauge, float]) -> None:
        """Set the gauges of one connection."""
        for name, value in values.items():
            self._gauges[name][labels].set(value)

    def parked(self, labels: ConnectionLabels, lanes: Mapping[ParkReason, int]) -> None:
        """Set the number of parked lanes for every reason."""
        for reason, count in lanes.items():
            self._parked[*labels, reason].set(count)

    def oldest_parked(self, labels: ConnectionLabels, ages_s: Mapping[ParkReason, float]) -> None:
        """Set the age in seconds of the oldest parked record for every reason; 0 without one."""
        for reason, age_s in ages_s.items():
            self._oldest_parked[*labels, reason].set(age_s)

    def breaker(self, labels: ConnectionLabels, reasons: Mapping[BreakerReason, bool]) -> None:
        """Set whether the circuit breaker is open, for every reason."""
        for reason, is_open in reasons.items():
            self._breaker[*labels, reason].set(is_open)

    def paused(self, labels: ConnectionLabels, *, since_s: float) -> None:
        """Set since when a person has paused a connection, in seconds since the epoch; 0 for not."""
        self._paused_since[labels].set(since_s)

    def refused_kind(self, labels: ConnectionLabels, kind: str, *, is_refused: bool) -> None:
        """Whether a kind of document is refused as a whole."""
        self._refused_kind[*labels, kind].set(is_refused)

    def throttled(self, labels: ConnectionLabels, *, count: int) -> None:
        """Count calls that the account refused for its concurrency limit."""
        self._throttled[labels].inc(count)
