"""
Every topic and webhook as an AsyncAPI 3.0 document, `schemas/asyncapi.yaml`: ``python -m schemas.export``.

The payloads are the JSON Schemas of `schemas/json`, by reference. Source: asyncapi/spec ``spec/asyncapi.md``
at v3.0.0; Kafka bindings 0.5.0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from schemas.asyncapi import headers
from schemas.asyncapi.channels import CHANNELS, Channel
from schemas.asyncapi.messages import MESSAGES, Json, Message

FILE = Path(__file__).parents[1] / "asyncapi.yaml"
VERSION = "1.0.0"
"""Version of the contracts: raised when receivers must change."""
KAFKA_BINDING = "0.5.0"

_PARAMETERS: dict[str, Json] = {
    "connection": {"description": "the connection's code, or Lago's organisation id"},
    "path": {"description": "the path of webhooks[].url"},
}
_HTTP_HEADERS = {"lagoWebhooks": "lagoWebhook", "yourEndpoint": "webhook"}


def document() -> Json:
    """The document as JSON values."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "lago-netsuite",
            "version": VERSION,
            "description": "Carries Lago's billing events from Kafka to Oracle NetSuite. Topic names take "
            "the deployment's prefix. The JSON Schemas use nothing that draft-07 lacks but the name $defs.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": {name: _channel(name, channel) for name, channel in CHANNELS.items()},
        "operations": dict(_operations()),
        "components": {
            "messages": {name: _message(message) for name, message in MESSAGES.items()}
            | {f"{name}_by_http": _by_http(name) for name in _sent_by_http()},
            "schemas": {f"{name}Headers": headers.schema(name) for name in headers.HEADERS},
        },
    }


def text() -> str:
    """The document as the text of its file."""
    out = StringIO()
    yaml = YAML()
    yaml.width = 110
    yaml.representer.ignore_aliases = lambda _: True
    yaml.dump(json.loads(json.dumps(document())), out)
    return "# Written by `python -m schemas.export`.\n" + out.getvalue()


def write() -> None:
    """Write the file."""
    FILE.write_text(text(), encoding="utf-8")


def _servers() -> Json:
    return {
        "kafka": {"host": "localhost:9092", "protocol": "kafka", "description": "your brokers"},
        "ingest": {"host": "localhost:8081", "protocol": "http", "description": "`lago-netsuite ingest`"},
        "endpoint": {
            "host": "hooks.example.com", "protocol": "https",
            "description": "an endpoint of yours, `webhooks[].url` of connections.yaml",
        },
    }  # fmt: skip


def _channel(name: str, channel: Channel) -> Json:
    suffix = "_by_http" if name in _HTTP_HEADERS else ""
    shown: Json = {
        "address": channel.address,
        "summary": channel.summary,
        "servers": [{"$ref": f"#/servers/{channel.server}"}],
        "messages": {each: {"$ref": f"#/components/messages/{each}{suffix}"} for each in channel.messages},
    }
    wanted = {key: parameter for key, parameter in _PARAMETERS.items() if f"{{{key}}}" in channel.address}
    if wanted:
        shown["parameters"] = wanted
    if channel.is_compacted:
        settings = {"cleanup.policy": ["compact"]}
        shown["bindings"] = {"kafka": {"topicConfiguration": settings, "bindingVersion": KAFKA_BINDING}}
    return shown


def _operations() -> Iterator[tuple[str, Json]]:
    for name, channel in CHANNELS.items():
        operation = f"{channel.action}{name[0].upper()}{name[1:]}"
        shown: Json = {
            "action": channel.action,
            "channel": {"$ref": f"#/channels/{name}"},
            "summary": channel.summary,
        }
        if name in _HTTP_HEADERS:
            shown["bindings"] = {"http": {"method": "POST", "bindingVersion": "0.3.0"}}
        yield operation, shown


def _sent_by_http() -> tuple[str, ...]:
    named = (name for channel in _HTTP_HEADERS for name in CHANNELS[channel].messages)
    return tuple(dict.fromkeys(named))


def _by_http(name: str) -> Json:
    message = MESSAGES[name]
    is_lagos = name in CHANNELS["lagoWebhooks"].messages
    schema = _HTTP_HEADERS["lagoWebhooks" if is_lagos else "yourEndpoint"]
    described = {"headers": {"$ref": f"#/components/schemas/{schema}Headers"}}
    return {"name": name, "title": message.title, "summary": message.summary} | described | _payload(message)


def _message(message: Message) -> Json:
    shown: Json = {"name": message.name, "title": message.title, "summary": message.summary}
    shown["headers"] = {"$ref": f"#/components/schemas/{message.headers}Headers"}
    if message.key is not None:
        key = {"type": "string", "description": message.key}
        shown["bindings"] = {"kafka": {"key": key, "bindingVersion": KAFKA_BINDING}}
    return shown | _payload(message) | {"examples": [{"payload": message.example}]}


def _payload(message: Message) -> Json:
    return {"payload": message.schema or {"$ref": f"./json/{message.name}.schema.json"}}
