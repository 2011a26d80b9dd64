"""A connection, a request and answers to it, as small as they can be."""

from __future__ import annotations

import json
from typing import Any

from consumer.config.connection import Connection
from schemas import wire

RESTLET_URL = (
    "https://1234567-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl"
    "?script=customscript_lago_netsuite&deploy=customdeploy_lago_netsuite"
)
TBA = {"type": "tba", "client_id": "ck", "client_secret": "cs", "token_id": "tk", "token_secret": "ts"}
ACCOUNT = {"id": "1234567_SB1", "environment": "SANDBOX"}


def connection(**changes: Any) -> Connection:
    settings = {
        "code": "netsuite-eu",
        "account_id": "1234567_SB1",
        "environment": "sandbox",
        "restlet_url": RESTLET_URL,
        "auth": TBA,
        "lago": {"organization_id": "org"},
    }
    return Connection.model_validate(settings | changes)


def item(ref: str = "1", record_type: str = "invoice", **columns: Any) -> wire.WriteItem:
    prefix = {"customer": "cus", "invoice": "inv"}.get(record_type, "xxx")
    return wire.WriteItem(
        ref=ref,
        mode="create_or_get",
        external_id=f"lago-{prefix}-{ref}",
        lago_id=f"lago-{ref}",
        version="2026-07-31T09:00:00Z",
        fingerprint="sha256:00",
        record={"type": record_type, "columns": columns},
    )


def request(*items: wire.WriteItem) -> wire.WriteRequest:
    return wire.WriteRequest(request_id="r1", items=items or (item(),))


def envelope(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    script = {"version": "1.0.0", "units_used": 40, "units_left": 4960, "elapsed_ms": 12}
    return {"v": 1, "request_id": "r1", "items": list(items), "script": script, "account": ACCOUNT} | changes


def created(ref: str = "1", **changes: Any) -> dict[str, Any]:
    return {"ref": ref, "status": "created", "internalId": "77"} | changes


def failed(ref: str = "1", **error: Any) -> dict[str, Any]:
    return {
        "ref": ref,
        "status": "error",
        "error": {"code": "X", "class": "unknown", "message": "no"} | error,
    }


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def platform_error(code: str, message: str = "No.") -> bytes:
    return f'{{"error" : {{"code" : "{code}", "message" : {json.dumps(message)}}}}}'.encode()
