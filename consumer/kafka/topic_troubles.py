"""Topics to which events cannot be published: logged once a minute, and a remark of ``/readyz``."""

from __future__ import annotations

from collections import Counter

import structlog

from consumer.clock import Clock
from consumer.ops.health import Health
from consumer.ops.once_a_minute import OnceAMinute

log = structlog.get_logger(__name__)


class TopicTroubles:
    """The failing topics of all publishers of a process; topic names have the prefix."""

    def __init__(self, health: Health, clock: Clock) -> None:
        self._health = health
        self._failed: Counter[str] = Counter()
        self._once = OnceAMinute(clock.monotonic_s)

    def failed(self, topic: str, reason: str) -> None:
        """Record that an event for the topic was not acknowledged."""
        self._failed[topic] += 1
        self._health.remark(_part(topic), reason)
        if self._once.may_say(f"{topic} fails"):
            log.warning("event_not_acknowledged", topic=topic, error=reason, times=self._failed[topic])

    def works(self, topic: str) -> None:
        """Record that an event for the topic was acknowledged."""
        if topic in self._failed:
            del self._failed[topic]
            self._health.remark(_part(topic), None)
            if self._once.may_say(f"{topic} works"):
                log.info("events_acknowledged_again", topic=topic)


def _part(topic: str) -> str:
    return f"topic {topic}"
