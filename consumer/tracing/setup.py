"""
Set up tracing by OpenTelemetry's own environment variables.

``OTEL_EXPORTER_OTLP_ENDPOINT`` or ``OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`` turns it on, ``OTEL_SDK_DISABLED``
turns it off (opentelemetry.io/docs/specs/otel/configuration). It needs the extra ``tracing``.
"""
# ruff: noqa: PLC0415 - what is not installed cannot be imported at the top

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from consumer.tracing.tracer import OFF, Tracer

if TYPE_CHECKING:
    from consumer.tracing.opentelemetry_tracer import OtelTracer

CLOSE_LIMIT_S = 5.0
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

log = structlog.get_logger(__name__)


@asynccontextmanager
async def tracing(*, service: str) -> AsyncIterator[Tracer]:
    """
    The tracer of this process, `OFF` when tracing is not configured; exports remaining spans at the end.
    """
    if not is_wanted():
        yield OFF
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        from consumer.tracing import opentelemetry_tracer
    except ImportError as error:
        log.warning("tracing_not_installed", extra="lago-netsuite[tracing]", missing=error.name)
        yield OFF
        return
    provider = opentelemetry_tracer.provider(service=service)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = opentelemetry_tracer.OtelTracer(provider)
    try:
        yield tracer
    finally:
        await _close(tracer)


async def _close(tracer: OtelTracer) -> None:
    try:
        async with asyncio.timeout(CLOSE_LIMIT_S):
            await asyncio.to_thread(tracer.close)
    except TimeoutError:
        log.warning("traces_not_exported")


def is_wanted() -> bool:
    """Whether the environment has an endpoint for traces."""
    is_disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return not is_disabled and any(os.environ.get(name) for name in ENDPOINTS)
