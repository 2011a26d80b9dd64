"""The demo's Kafka: an embedded broker, or topics with a prefix of their own on an existing broker."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from consumer.commands.console_output import ConsoleOutput
from consumer.config.settings import Settings
from consumer.errors import LagoNetsuiteError
from consumer.kafka import topics
from consumer.sandbox import broker

DELETE_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kafka:
    """A broker, and the prefix that separates the demo's topics from others on it."""

    bootstrap_servers: str
    name: str
    topic_prefix: str

    @property
    def settings(self) -> Settings:
        """
        The settings of the process with this broker and prefix; TLS and SASL come from the environment.

        Raises:
            ConfigurationError: the environment's settings are invalid.
        """
        place = {"kafka_bootstrap_servers": self.bootstrap_servers, "topic_prefix": self.topic_prefix}
        return Settings.load().model_copy(update=place)


@asynccontextmanager
async def kafka(folder: Path, address: str | None, out: ConsoleOutput) -> AsyncIterator[Kafka]:
    """
    The broker at `address`, whose topics are deleted at the end, or else the embedded broker.

    Args:
        folder: for the embedded broker's data and log.
        address: bootstrap servers of an existing Kafka; None starts the embedded broker.
        out: where a failure to delete the topics is printed.

    Raises:
        StartupError: the embedded broker does not start.
    """
    if address is None:
        with ExitStack() as stack:
            embedded = broker.embedded_broker(folder / "broker")
            listening = await asyncio.to_thread(stack.enter_context, embedded)
            yield Kafka(bootstrap_servers=listening, name="the embedded broker", topic_prefix="")
        return
    prefix = f"demo-{uuid.uuid4().hex[:8]}."
    found = Kafka(bootstrap_servers=address, name=f"Kafka at {address}", topic_prefix=prefix)
    try:
        yield found
    finally:
        await _tidy(found, out)


async def _tidy(place: Kafka, out: ConsoleOutput) -> None:
    # The consumer groups need no deletion: Kafka deletes their offsets with the topics.
    try:
        async with asyncio.timeout(DELETE_LIMIT_S):
            await topics.delete(place.settings)
    except (LagoNetsuiteError, TimeoutError) as error:
        reason = str(error) or f"no answer within {DELETE_LIMIT_S:.0f} s"
        out.print(f"The demo's topics {place.topic_prefix}* stay on {place.name}: {reason}")
