"""The embedded broker, the last choice, because it is not Apache Kafka."""

from __future__ import annotations

from consumer.sandbox.broker import embedded_broker as run
from consumer.sandbox.broker import is_available

__all__ = ["is_available", "run"]
