"""
How to reach Kafka: address, security, the prefix of topic names, and clients set up the one right way.

Where a setting differs from aiokafka's default, the reason stands beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, cast

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError

from consumer.config.settings import Settings
from consumer.kafka import security, static_member, unreachable
from consumer.kafka.admin import Admin
from consumer.kafka.idle_fetch_delay import pause_between_empty_fetches
from consumer.kafka.metadata_refresh import paced
from consumer.kafka.partitioner import partition_of
from consumer.kafka.producer import Producer

START_LIMIT_S = 15.0
STOP_LIMIT_S = 5.0
SESSION_LIMIT_MS = 45_000
HEARTBEAT_EVERY_MS = 3_000
REBALANCE_LIMIT_MS = 90_000
IDLE_LIMIT_MS = 300_000
# Partitions that are added are found within it; aiokafka's default is five minutes.
METADATA_LIMIT_MS = 30_000
FETCH_LIMIT_BYTES = 256 * 1024
REQUEST_LIMIT_BYTES = 4 * 1024 * 1024
BATCH_LIMIT_BYTES = 16 * 1024

log = structlog.get_logger(__name__)


class Client(Protocol):
    """What aiokafka's consumer and producer have in common."""

    async def start(self) -> None:
        """Connect."""
        ...

    async def stop(self) -> None:
        """Leave."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """
    One Kafka cluster as this deployment sees it.

    Attributes:
        security: aiokafka's arguments for encryption and login, never printed.
        topic_prefix: stands before every topic name.
        compression_type: of what producers write, by Kafka's name for it; None writes it as it is.
        metadata_limit_ms: how old a client's knowledge of partitions and brokers may become.
    """

    bootstrap_servers: str
    security: Mapping[str, Any] = field(default_factory=dict, repr=False)
    topic_prefix: str = ""
    compression_type: str | None = None
    metadata_limit_ms: int = METADATA_LIMIT_MS

    @classmethod
    def of(cls, settings: Settings) -> Cluster:
        """
        The cluster of the process settings.

        Raises:
            ConfigurationError: a certificate or key cannot be used.
        """
        return cls(
            bootstrap_servers=settings.kafka_bootstrap_servers,
            security=security.arguments(settings),
            topic_prefix=settings.topic_prefix,
            compression_type=None
            if settings.kafka_compression_type == "none"
            else settings.kafka_compression_type,
        )

    @property
    def user(self) -> str | None:
        """Who logs in; None without a login by name."""
        return cast("str | None", self.security.get("sasl_plain_username"))

    def topic(self, name: str) -> str:
        """The real name of a topic."""
        return self.topic_prefix + name

    def consumer(self, *, group: str, instance_id: str | None = None) -> AIOKafkaConsumer:
        """A member-to-be of a consumer group; needs a running event loop."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap_servers,
            group_id=group,
            group_instance_id=instance_id,
            client_id=group,
            # A replay is safe here, a skip is not; aiokafka's own default is "latest".
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            # An event of an aborted transaction never happened, so no invoice may come of it.
            isolation_level="read_committed",
            # Partitions of equal number on one member. Never Sticky: aio-libs/aiokafka#1176.
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=SESSION_LIMIT_MS,
            heartbeat_interval_ms=HEARTBEAT_EVERY_MS,
            # The time to drain in; it defaults to the session timeout, too short for NetSuite.
            rebalance_timeout_ms=REBALANCE_LIMIT_MS,
            max_poll_interval_ms=IDLE_LIMIT_MS,
            metadata_max_age_ms=self.metadata_limit_ms,
            # A pause throws away what has been prefetched, so let that be little.
            max_partition_fetch_bytes=FETCH_LIMIT_BYTES,
            **self.security,
        )
        return paced(consumer)

    def reader(self, *topics: str) -> AIOKafkaConsumer:
        """A consumer outside of any group, from the beginning; real topic names, a running event loop."""
        return AIOKafkaConsumer(
            *topics,
            bootstrap_servers=self.bootstrap_servers,
            group_id=None,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level="read_committed",
            **self.security,
        )

    def producer(
        self,
        *,
        record_limit_bytes: int = REQUEST_LIMIT_BYTES,
        batch_limit_bytes: int = BATCH_LIMIT_BYTES,
        linger_ms: int = 0,
    ) -> Producer:
        """
        A producer whose acknowledgement means "on every in-sync replica, once".

        Args:
            record_limit_bytes: of one record, and of one request.
            batch_limit_bytes: of the records that go to one partition at once.
            linger_ms: how long a record may wait for others to go with it.
        """
        make = partial(
            AIOKafkaProducer,
            bootstrap_servers=self.bootstrap_servers,
            acks="all",
            enable_idempotence=True,
            max_request_size=record_limit_bytes,
            max_batch_size=batch_limit_bytes,
            linger_ms=linger_ms,
            compression_type=self.compression_type,
            partitioner=partition_of,
            metadata_max_age_ms=self.metadata_limit_ms,
            **self.security,
        )
        return Producer(lambda: paced(make()))

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[Admin]:
        """
        An administration client for a moment.

        Raises:
            StartupError: Kafka cannot be reached.
        """
        client = Admin(bootstrap_servers=self.bootstrap_servers, **self.security)
        try:
            async with self._reaching():
                await client.start()
            yield client
        finally:
            await client.close()

    async def start(self, client: Client) -> None:
        """
        Connect a consumer or producer.

        Raises:
            StartupError: Kafka cannot be reached.
        """
        try:
            async with self._reaching():
                await client.start()
        except BaseException:
            # Cancelled too: half a connection would outlive us.
            await stop(client)
            raise
        if isinstance(client, AIOKafkaConsumer):
            pause_between_empty_fetches(client)
            static_member.guard(client, self.admin)

    @asynccontextmanager
    async def asked(self) -> AsyncIterator[Admin]:
        """
        As `admin`, for what a command cannot do without.

        Raises:
            StartupError: Kafka cannot be reached, does not answer in time, or refuses.
        """
        async with self.admin() as client, self._reaching():
            yield client

    def _reaching(self) -> AbstractAsyncContextManager[None]:
        return unreachable.sentences(self.bootstrap_servers, self.security, limit_s=START_LIMIT_S)


async def stop(client: Client) -> None:
    """Leave within a few seconds; a client that hangs is left behind and said so (aio-libs/aiokafka#1101)."""
    try:
        async with asyncio.timeout(STOP_LIMIT_S):
            await client.stop()
    except (TimeoutError, KafkaError) as error:
        log.warning("kafka_client_not_stopped", client=type(client).__name__, error=_reason(error))


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
