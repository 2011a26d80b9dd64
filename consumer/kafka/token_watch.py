"""Shows whether tokens for Kafka are still granted: open connections outlive a refusal for a while."""

from __future__ import annotations

import asyncio

import structlog

from consumer.kafka.cluster import Cluster
from consumer.kafka.oauth_token import TokenNotGranted, Tokens
from consumer.ops.metrics import Metrics

LOOK_EVERY_S = 60.0

log = structlog.get_logger(__name__)


async def watch(cluster: Cluster, metrics: Metrics) -> None:
    """Look once a minute until cancelled; nothing to do where the login needs no token."""
    while (tokens := cluster.security.get("sasl_oauth_token_provider")) is not None:
        await show(tokens, metrics)
        await asyncio.sleep(LOOK_EVERY_S)


async def show(tokens: Tokens, metrics: Metrics) -> None:
    """Set the metric; the server is asked only where the present token is near its end, or was refused."""
    try:
        await tokens.token()
    except TokenNotGranted as error:
        log.warning("kafka_token_not_granted", reason=error.why)
        metrics.token("kafka_client", is_granted=False)
    else:
        metrics.token("kafka_client", is_granted=True)
