"""Endpoints and records of relay tests."""

from __future__ import annotations

import json
from typing import Any

from consumer.record import LaneKey, Record, Source
from consumer.relay.endpoint import Endpoint
from schemas import error_event, result
from tests.support.connection_files import connection

CONNECTION = "netsuite-eu"
ORGANIZATION_ID = "org-1"


def endpoint(**changes: Any) -> Endpoint:
    webhook = {"id": "finance", "url": "https://hooks.example.com/lago?a=1", "secret": "s3cret"} | changes
    described = connection(webhooks=[webhook])
    return Endpoint.of(described, described.webhooks[0])


def error_body(**changes: Any) -> dict[str, Any]:
    return {
        "webhook_type": "customer.accounting_provider_error",
        "accounting_provider_customer_error": {
            "lago_customer_id": "cus-1",
            "accounting_provider_code": CONNECTION,
        },
        "id": "error-1",
    } | changes


def result_body(**changes: Any) -> dict[str, Any]:
    return {
        "connection": CONNECTION,
        "object": "customer",
        "lago_id": "cus-1",
        "lago_number": "ext-1",
        "status": "created",
        "internal_id": "77",
        "url": "https://1234567.app.netsuite.com/x",
    } | changes


def record(value: bytes | dict[str, Any], *, topic: str = error_event.TOPIC, offset: int = 0, **more: Any):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    source = Source(topic=topic, partition=0, offset=offset)
    return Record(
        source=source, timestamp_ms=1_785_000_000_000, key=b"k", value=raw, lane=LaneKey("l"), **more
    )


def result_record(**changes: Any) -> Record:
    return record(result_body(**changes), topic=result.TOPIC, headers=(("ce_id", b"result-1"),))
