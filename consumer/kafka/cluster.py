"""
The Kafka cluster: address, security, prefix of topic names, and clients with the settings of this product.

A comment gives the reason where a setting differs from aiokafka's default.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

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
# New partitions are found within this time; aiokafka's default is five minutes.
METADATA_LIMIT_MS = 30_000
FETCH_LIMIT_BYTES = 256 * 1024
# Of one broker's response: the copies that aiokafka makes of it while it reads count several times in memory.
RESPONSE_LIMIT_BYTES = 1024 * 1024
# As aiokafka's default.
READ_LIMIT_BYTES = 50 * 1024 * 1024
REQUEST_LIMIT_BYTES = 4 * 1024 * 1024
BATCH_LIMIT_BYTES = 16 * 1024

log = structlog.get_logger(__name__)


class Client(Protocol):
    """The common methods of aiokafka's consumer and producer."""

    async def start(self) -> None:
        """Connect to the cluster."""
        ...

    async def stop(self) -> None:
        """Close the connections; a consumer leaves its group."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """
    One Kafka cluster, with the settings of this deployment.

    Attributes:
        security: aiokafka's arguments for TLS and SASL, never printed.
        topic_prefix: prefix of every topic name.
        compression_type: codec of producers, by Kafka's name; None for no compression.
        metadata_limit_ms: the largest age of a client's metadata.
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
        """The SASL user, or the client that gets tokens; None without SASL."""
        return security.user(self.security)

    def topic(self, name: str) -> str:
        """The name of a topic with the prefix."""
        return self.topic_prefix + name

    def consumer(self, *, group: str, instance_id: str | None = None) -> AIOKafkaConsumer:
        """A consumer for a group, not started; needs a running event loop."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap_servers,
            group_id=group,
            group_instance_id=instance_id,
            client_id=group,
            # Reading records again is safe, skipping them is not; aiokafka's default is "latest".
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            # Records of aborted transactions must not become invoices.
            isolation_level="read_committed",
            # Assigns equal partition numbers of all topics to one member. Never Sticky:
            # aio-libs/aiokafka#1176.
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=SESSION_LIMIT_MS,
            heartbeat_interval_ms=HEARTBEAT_EVERY_MS,
            # The time for a drain; the default is the session timeout, too short for calls to NetSuite.
            rebalance_timeout_ms=REBALANCE_LIMIT_MS,
            max_poll_interval_ms=IDLE_LIMIT_MS,
            metadata_max_age_ms=self.metadata_limit_ms,
            # A pause discards prefetched records, so only few are prefetched.
            max_partition_fetch_bytes=FETCH_LIMIT_BYTES,
            fetch_max_bytes=RESPONSE_LIMIT_BYTES,
            **self.security,
        )
        return paced(consumer)

    def reader(self, *topics: str, fetch_limit_bytes: int = READ_LIMIT_BYTES) -> AIOKafkaConsumer:
        """
        A consumer without group, from the beginning; needs a running event loop.

        Args:
            topics: names with prefix.
            fetch_limit_bytes: of what one broker sends at once.
        """
        return AIOKafkaConsumer(
            *topics,
            bootstrap_servers=self.bootstrap_servers,
            group_id=None,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level="read_committed",
            fetch_max_bytes=fetch_limit_bytes,
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
        An idempotent producer with ``acks=all``.

        Args:
            record_limit_bytes: largest size of one record and of one request.
            batch_limit_bytes: largest size of a batch for one partition.
            linger_ms: how long a record may wait for others of its batch.
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
        An admin client for the duration of the block.

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
            # Also when cancelled: the client's open connections would leak.
            await stop(client)
            raise
        if isinstance(client, AIOKafkaConsumer):
            pause_between_empty_fetches(client)
            static_member.guard(client, self.admin)

    @asynccontextmanager
    async def asked(self) -> AsyncIterator[Admin]:
        """
        As `admin`, and errors within the block become StartupError too.

        Raises:
            StartupError: Kafka cannot be reached, does not respond in time, or refuses a request.
        """
        async with self.admin() as client, self._reaching():
            yield client

    def _reaching(self) -> AbstractAsyncContextManager[None]:
        return unreachable.sentences(self.bootstrap_servers, self.security, limit_s=START_LIMIT_S)


async def stop(client: Client) -> None:
    """
    Stop a client within `STOP_LIMIT_S`; one that hangs is abandoned and logged (aio-libs/aiokafka#1101).
    """
    try:
        async with asyncio.timeout(STOP_LIMIT_S):
            await client.stop()
    except (TimeoutError, KafkaError) as error:
        log.warning("kafka_client_not_stopped", client=type(client).__name__, error=_reason(error))


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
