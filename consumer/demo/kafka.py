"""Where the demo's events go: a broker of its own, or topics of its own on one that is there."""

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
    """A broker, and the prefix that keeps the demo's topics apart from others there."""

    bootstrap_servers: str
    name: str
    topic_prefix: str

    @property
    def settings(self) -> Settings:
        """
        Of the process, with this broker and prefix; encryption and login come from the environment.

        Raises:
            ConfigurationError: what the environment says of them is wrong.
        """
        place = {"kafka_bootstrap_servers": self.bootstrap_servers, "topic_prefix": self.topic_prefix}
        return Settings.load().model_copy(update=place)


@asynccontextmanager
async def kafka(folder: Path, address: str | None, out: ConsoleOutput) -> AsyncIterator[Kafka]:
    """
    The broker at an address, with topics that are deleted at the end, else the embedded one.

    Args:
        folder: keeps the embedded broker's data and log.
        address: bootstrap servers of a Kafka that is there.
        out: where it is said when topics stay behind.

    Raises:
        StartupError: the embedded broker does not come up.
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
    # Consumer groups end by themselves: Kafka drops their offsets with the topics.
    try:
        async with asyncio.timeout(DELETE_LIMIT_S):
            await topics.delete(place.settings)
    except (LagoNetsuiteError, TimeoutError) as error:
        reason = str(error) or f"no answer within {DELETE_LIMIT_S:.0f} s"
        out.print(f"The demo's topics {place.topic_prefix}* stay on {place.name}: {reason}")
