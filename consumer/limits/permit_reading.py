"""What the monitor reads of a permit pool."""

from __future__ import annotations

from dataclasses import dataclass

from consumer.limits.circuit_breaker import Reason, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """
    The state of the permit pool, for the monitor.

    Attributes:
        because: the sentence of the response that last opened the circuit breaker; empty without one.
        is_paused: whether a person has paused the connection.
    """

    leased: int
    window: int
    borrowed: int
    permits: int
    state: State
    reason: Reason | None
    throttled: int
    because: str = ""
    is_paused: bool = False
