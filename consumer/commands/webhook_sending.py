"""Events of files on their way in: posted to ``ingest`` as Lago does it, or put on the input topics."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from consumer.clock import Clock
from consumer.config import connections_file
from consumer.config.connection import Connection
from consumer.config.settings import Settings, env_name
from consumer.errors import ConfigurationError, ContractError
from consumer.http_client.posting import Endpoint
from consumer.ingest import endpoints, webhook
from consumer.ingest.routing_keys import outline
from consumer.ingest.webhook import Webhook
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.publisher import Publisher
from consumer.kafka.republisher import RECORD_LIMIT_BYTES
from consumer.lago.signatures import ALGORITHM_HEADER, SIGNATURE_HEADER, UNIQUE_KEY_HEADER, hmac_signature
from schemas.envelope import Undecodable

TAKEN = 202
# A process that was started a moment ago listens a second later.
ATTEMPTS, ATTEMPT_EVERY_S = 20, 0.5
OWN_HOST = "127.0.0.1"

Send = Callable[[Webhook], Awaitable[str | None]]
"""Send one webhook; None when it was taken, else why not."""


def webhook_of(connection: Connection, body: bytes) -> Webhook:
    """A webhook as Lago posts it, signed with the organisation's key if there is one, in a new trace."""
    key = connection.lago.webhook_hmac_key
    return Webhook(
        name=connection.code,
        body=body,
        signature=hmac_signature(body, key.reveal()) if key else "",
        algorithm="hmac" if key else "",
        unique_key=str(uuid.uuid4()),
        trace_parent=f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01",
    )


def require_key(connection: Connection) -> None:
    """
    Check that webhooks can be signed.

    Raises:
        ConfigurationError: the connection has no HMAC key, or the key cannot be read.
    """
    if missing := connections_file.unresolved_secrets([connection], endpoints.SECRETS[:1]):
        raise ConfigurationError(missing)
    if connection.lago.webhook_hmac_key is None:
        place = f"{connection.at('lago')}: connection {connection.code}"
        raise ConfigurationError(
            [f"{place}: a webhook is signed with lago.webhook_hmac_key, which is not set; --topic needs none"]
        )


def own_address(settings: Settings, connection: Connection) -> str:
    """Where ``ingest`` of this machine takes the webhooks of a connection."""
    return f"http://{OWN_HOST}:{settings.ingest_port}/lago/{connection.code}"


@asynccontextmanager
async def by_http(url: str) -> AsyncIterator[Send]:
    """Post webhooks to an address of ``ingest``, which may have been started just now."""
    endpoint, attempts = Endpoint.at(url), iter(range(ATTEMPTS))

    async def send(one: Webhook) -> str | None:
        answer = await endpoint.answer(one.body, _headers(one))
        while answer is None and next(attempts, None) is not None:
            await asyncio.sleep(ATTEMPT_EVERY_S)
            answer = await endpoint.answer(one.body, _headers(one))
        if answer is None:
            return f"nothing answers at {url}; `lago-netsuite ingest` does, on {env_name('ingest_port')}"
        status, text = answer
        return None if status == TAKEN else f"ingest answers {status}: {text}"

    try:
        yield send
    finally:
        await endpoint.aclose()


@asynccontextmanager
async def by_topic(cluster: Cluster, clock: Clock) -> AsyncIterator[Send]:
    """
    Put bodies on the topics of their objects, with the keys and headers that ``ingest`` gives them.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    producer = cluster.producer(record_limit_bytes=RECORD_LIMIT_BYTES)
    await cluster.start(producer)
    publisher = Publisher(producer, cluster)

    async def send(one: Webhook) -> str | None:
        event = outline(one.body)
        if isinstance(event, Undecodable):
            return f"this is no Lago webhook: {event.message}"
        topic = webhook.topic_of(event)
        if topic is None:
            return f"no topic is for {event.webhook_type}"
        try:
            await publisher.publish(webhook.to_event(one, event, topic=topic, now=clock.now()))
        except ContractError as error:
            return str(error)
        return None

    try:
        yield send
    finally:
        await stop(producer)


def _headers(one: Webhook) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        SIGNATURE_HEADER: one.signature,
        ALGORITHM_HEADER: one.algorithm,
        UNIQUE_KEY_HEADER: one.unique_key,
        "traceparent": one.trace_parent,
    }
