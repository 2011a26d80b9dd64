"""Shows until when the client's certificate for Kafka is valid; it may be renewed while the process runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from consumer.config import certificate_dates
from consumer.config.kafka_settings import KafkaSettings
from consumer.ops.metrics import Metrics

LOOK_EVERY_S = 60.0
CERTIFICATE_LIMIT_BYTES = 1024 * 1024

log = structlog.get_logger(__name__)


async def watch(settings: KafkaSettings, metrics: Metrics) -> None:
    """Read the file once a minute until cancelled; nothing to do without a certificate."""
    while settings.kafka_ssl_certfile is not None:
        show(settings.kafka_ssl_certfile, metrics)
        await asyncio.sleep(LOOK_EVERY_S)


def show(file: Path, metrics: Metrics) -> None:
    """Set the metric; it keeps its value while the file cannot be read, as a connection does."""
    try:
        with file.open("rb") as opened:
            pem = opened.read(CERTIFICATE_LIMIT_BYTES).decode("ascii", "replace")
    except OSError as error:
        log.warning("client_certificate_unreadable", reason=error.strerror)
        return
    metrics.certificate("kafka_client", certificate_dates.validity(pem))
