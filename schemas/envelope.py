"""
The envelope of every Lago webhook: decode it from bytes, or report why the bytes are not a webhook.

Lago sends exactly four keys: ``webhook_type``, ``object_type``, ``organization_id`` and the object under the
value of ``object_type`` (getlago/lago-api ``app/services/webhooks/base_service.rb``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from schemas import refund_failure, wire

REFUND_FAILURE = "refund_failure"
"""The object type of `schemas.refund_failure` events, whatever Lago calls it in the body."""
CONFLUENT_MAGIC_BYTE = 0
CONFLUENT_PREFIX_BYTES = 5

_encode = msgspec.json.Encoder(decimal_format="number").encode

Reason = Literal["empty", "not_json", "confluent_schema_not_json", "wrong_shape", "not_decoded"]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A Lago event whose object is not validated yet; numbers are int or Decimal, never float."""

    webhook_type: str
    object_type: str
    organization_id: str
    object: dict[str, Any]

    @property
    def object_id(self) -> str:
        """The Lago id of the object; empty when it has none."""
        own = "lago_credit_note_id" if self.object_type == REFUND_FAILURE else "lago_id"
        found = self.object.get(own) or self.object.get("lago_customer_id")
        return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecodable:
    """Bytes that are not a Lago event, with the reason."""

    reason: Reason
    message: str


def decode(value: bytes | None) -> Envelope | Undecodable:
    """The event in a record's value; never raises."""
    if not value:
        return Undecodable(reason="empty", message="the record has no value")
    if value[0] == CONFLUENT_MAGIC_BYTE:
        return _decode_confluent(value)
    return _decode_json(value)


def encode(body: dict[str, Any]) -> bytes:
    """The bytes of a webhook; numbers keep their digits, and a lone surrogate stays an escape."""
    try:
        return _encode(body)
    except UnicodeEncodeError:
        return json.dumps(body, default=str).encode()


def without_frame(value: bytes) -> bytes:
    """The payload of a value in Confluent's wire format; any other value unchanged."""
    return value[CONFLUENT_PREFIX_BYTES:] if value[:1] == bytes([CONFLUENT_MAGIC_BYTE]) else value


def _decode_confluent(value: bytes) -> Envelope | Undecodable:
    # Confluent wire format: one zero byte, four bytes of schema id, then the payload. JSON Schema payloads
    # are plain JSON; Avro and Protobuf need a schema registry, which this connector does not use.
    schema_id = int.from_bytes(value[1:CONFLUENT_PREFIX_BYTES], "big")
    payload = without_frame(value)
    if not payload.lstrip().startswith(b"{"):
        message = f"Confluent schema {schema_id} is not a JSON schema; produce Lago's webhook body as JSON"
        return Undecodable(reason="confluent_schema_not_json", message=message)
    return _decode_json(payload)


def _decode_json(value: bytes) -> Envelope | Undecodable:
    try:
        body = _parsed(value)
    except UnicodeDecodeError as error:
        return Undecodable(reason="not_json", message=f"not UTF-8 at byte {error.start}")
    except json.JSONDecodeError as error:
        return Undecodable(reason="not_json", message=f"not JSON: {error.msg} at character {error.pos}")
    except ValueError as error:
        return Undecodable(reason="not_json", message=f"not JSON: {error}")
    return _unwrap(body)


def _parsed(value: bytes) -> Any:
    body = wire.loads(value)
    # An escaped lone surrogate is valid JSON but not valid Unicode: text with it cannot be encoded again.
    if (b"\\ud" in value or b"\\uD" in value) and _has_lone_surrogate(body):
        raise ValueError("a text holds half of a surrogate pair")
    return body


def _has_lone_surrogate(body: Any) -> bool:
    try:
        json.dumps(body, ensure_ascii=False, default=str).encode()
    except (UnicodeEncodeError, RecursionError):  # json.dumps needs more stack per level than the decoder
        return True
    return False


def _unwrap(body: Any) -> Envelope | Undecodable:
    if not isinstance(body, dict):
        return Undecodable(reason="wrong_shape", message="not a JSON object")
    for key in ("webhook_type", "object_type", "organization_id"):
        if not isinstance(body.get(key), str) or not body[key]:
            return Undecodable(reason="wrong_shape", message=f"no text under {key!r}")
    content = body.get(body["object_type"])
    if not isinstance(content, dict):
        return Undecodable(reason="wrong_shape", message=f"no object under {body['object_type']!r}")
    is_refund = body["webhook_type"] in refund_failure.EVENTS
    return Envelope(
        webhook_type=body["webhook_type"],
        object_type=REFUND_FAILURE if is_refund else body["object_type"],
        organization_id=body["organization_id"],
        object=content,
    )
