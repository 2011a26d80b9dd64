"""The webhook of a Kafka record, and its lane."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from consumer.events import headers
from consumer.outcome import Ignored
from consumer.record import Record
from consumer.relay.endpoint import Endpoint
from schemas import error_event, error_mark, result, wire
from schemas.lane import Place

CREATED_TYPE = "customer.accounting_provider_created"
ID_LIMIT_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    One webhook.

    Attributes:
        id: the header ``webhook-id``; the same for every attempt, also after a restart.
        body: the bytes that are signed and sent.
    """

    id: str
    body: bytes = field(repr=False)


def message_of(record: Record, endpoint: Endpoint, organization_id: str) -> Message | Ignored:
    """The webhook of a record, or the rule that ignores the record."""
    if record.header(error_mark.HEADER) is not None:
        return Ignored(rule="mark")
    body = _parsed(record.value)
    if body is None:
        return Ignored(rule="not_json")
    if "webhook_type" in body:
        return _of_error(record, body, endpoint)
    return _of_result(record, body, endpoint, organization_id)


def of_bytes(record: Record, endpoint: Endpoint) -> Message:
    """The undeliverable message of a record from which no webhook can be made: its bytes as base64."""
    body = {"base64": base64.b64encode(record.value or b"").decode()}
    return Message(id=_id_of(record, endpoint), body=json.dumps(body).encode())


def lane_of(value: bytes | None) -> str | None:
    """
    The lane of a record's customer, whose webhooks keep their order; None without a customer.

    Each endpoint has a consumer group of its own, so lanes are per endpoint and customer.
    """
    body = _parsed(value)
    if body is None:
        return None
    error = body.get("accounting_provider_customer_error")
    about = error.get("lago_customer_id") if isinstance(error, dict) else body.get("lago_id")
    return f"customer:{about}" if about else None


def place_of(value: bytes | None) -> Place:
    """The place of a record: in the lane of its customer, all with the same rank."""
    return Place(lane=lane_of(value))


def topics_for(endpoint: Endpoint) -> tuple[str, ...]:
    """
    The topics of an endpoint's consumer group; the results topic only with a subscription to new customers.
    """
    return (error_event.TOPIC, *((result.TOPIC,) if endpoint.wants(CREATED_TYPE) else ()))


def _of_error(record: Record, body: dict[str, Any], endpoint: Endpoint) -> Message | Ignored:
    error = body.get("accounting_provider_customer_error")
    code = error.get("accounting_provider_code") if isinstance(error, dict) else None
    rule = _rule(endpoint, code, str(body["webhook_type"]), record)
    if rule is not None or record.value is None:
        return Ignored(rule=rule or "not_json")
    return Message(id=_usable_id(body.get("id"), record, endpoint), body=record.value)


def _of_result(
    record: Record, body: dict[str, Any], endpoint: Endpoint, organization_id: str
) -> Message | Ignored:
    if (body.get("object"), body.get("status")) != ("customer", "created"):
        return Ignored(rule="no_webhook_for_it")
    rule = _rule(endpoint, body.get("connection"), CREATED_TYPE, record)
    if rule is not None:
        return Ignored(rule=rule)
    created = wire.canonical(_created(body, organization_id))
    return Message(id=_usable_id(record.header("ce_id"), record, endpoint), body=created)


def _rule(endpoint: Endpoint, connection: object, webhook_type: str, record: Record) -> str | None:
    if connection != endpoint.connection:
        return "other_connection"
    if not endpoint.wants(webhook_type):
        return "not_subscribed"
    return "before_since" if endpoint.is_before(_happened(record)) else None


def _happened(record: Record) -> datetime:
    """The time of a record's timestamp; the latest possible time for one out of range."""
    try:
        return datetime.fromtimestamp(record.timestamp_ms / 1_000, UTC)
    except (OverflowError, OSError, ValueError):
        return datetime.max.replace(tzinfo=UTC)


def _created(body: dict[str, Any], organization_id: str) -> dict[str, Any]:
    """Lago's webhook body from a result: the customer's ids, and its link to NetSuite."""
    link = {
        "type": "netsuite",
        "integration_code": body.get("connection"),
        "external_customer_id": body.get("internal_id"),
    }
    return {
        "webhook_type": CREATED_TYPE,
        "object_type": "customer",
        "organization_id": organization_id,
        "customer": {
            "lago_id": body.get("lago_id"),
            "external_id": body.get("lago_number"),
            "integration_customers": [link],
            "netsuite_url": body.get("url") or None,
        },
    }


def _usable_id(given: object, record: Record, endpoint: Endpoint) -> str:
    """The event's own id if it is a valid header value; else one from the record's position."""
    if isinstance(given, str) and headers.is_header_value(given, limit_chars=ID_LIMIT_CHARS):
        return given
    return _id_of(record, endpoint)


def _id_of(record: Record, endpoint: Endpoint) -> str:
    source = record.source
    return error_event.event_id(endpoint.connection, source.topic, source.partition, source.offset)


def _parsed(value: bytes | None) -> dict[str, Any] | None:
    try:
        body = wire.loads(value or b"")
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
