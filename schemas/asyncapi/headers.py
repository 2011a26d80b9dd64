"""The headers of every message, on Kafka and on HTTP, as JSON Schemas."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_NUMBER = {"type": "string", "pattern": "^[0-9]+$"}

_CLOUD_EVENT: dict[str, Any] = {
    "ce_specversion": {"type": "string", "const": "1.0"},
    "ce_id": {**_TEXT, "description": "the same for every repeat of the same event"},
    "ce_type": _TEXT,
    "ce_source": {**_TEXT, "format": "uri-reference"},
    "ce_time": {**_TEXT, "format": "date-time"},
    "content-type": {"type": "string", "const": "application/json"},
}
_TRACE: dict[str, Any] = {
    "traceparent": {
        **_TEXT,
        "description": "W3C Trace Context",
        "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
    },
    "tracestate": {**_TEXT, "description": "W3C Trace Context"},
}
_LAGO: dict[str, Any] = {
    "X-Lago-Signature": {
        **_TEXT,
        "description": "base64 of the HMAC-SHA256 of the body, or a JWT that carries the body",
    },
    "X-Lago-Signature-Algorithm": {"type": "string", "enum": ["hmac", "jwt"]},
    "X-Lago-Unique-Key": {**_TEXT, "description": "Lago's id of the webhook; a repeat has the same"},
}
# Names of Kafka headers are case-sensitive.
_LAGO_ON_KAFKA = {name.lower(): schema for name, schema in _LAGO.items()}
_PLACE: dict[str, Any] = {
    "source-topic": {**_TEXT, "description": "where the event lies that this is about"},
    "source-partition": _NUMBER,
    "source-offset": _NUMBER,
}

HEADERS: dict[str, dict[str, Any]] = {
    "lagoEvent": {
        "description": "of an input record; none is required of who produces without `ingest`",
        "properties": _LAGO_ON_KAFKA | _CLOUD_EVENT | _TRACE,
    },
    "lagoWebhook": {"properties": _LAGO | _TRACE, "required": list(_LAGO)},
    "published": {
        "description": "CloudEvents 1.0 in binary mode, the place of the event, and its trace",
        "properties": _CLOUD_EVENT | _PLACE | _TRACE,
        "required": [*_CLOUD_EVENT, *_PLACE],
    },
    "publishedError": {
        "properties": _CLOUD_EVENT
        | _PLACE
        | _TRACE
        | {"error-code": {**_TEXT, "examples": ["invalid_mapping"]}},
        "required": [*_CLOUD_EVENT, *_PLACE, "error-code"],
    },
    "act": {"properties": _CLOUD_EVENT, "required": list(_CLOUD_EVENT)},
    "mark": {
        "description": "whoever reads the topic for errors leaves out what has the header mark",
        "properties": {
            "mark": {"type": "string", "enum": ["replayed", "synced", "ignored", "reopened"]},
            "content-type": {"type": "string", "const": "application/json"},
            "error-id": _TEXT,
        },
        "required": ["mark", "content-type", "error-id"],
    },
    "webhook": {
        "description": "Standard Webhooks 1.0, and Lago's own signature over the same bytes",
        "properties": {
            "content-type": {"type": "string", "const": "application/json"},
            "webhook-id": {**_TEXT, "description": "the same for every attempt"},
            "webhook-timestamp": {**_NUMBER, "description": "seconds since the epoch"},
            "webhook-signature": {
                **_TEXT,
                "description": "`v1,` and base64 of HMAC-SHA256 for each secret, `v1a,` of Ed25519",
            },
        }
        | _LAGO
        | _TRACE,
        "required": ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature", *_LAGO],
    },
}


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a set of headers."""
    return {"type": "object"} | HEADERS[name]
