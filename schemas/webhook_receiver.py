"""
Verify webhooks of `lago-netsuite relay` with only the standard library; copy it into your receiver.

It follows Standard Webhooks 1.0 (standardwebhooks.com); a receiver that verifies Lago's own webhooks needs no
change. Test vectors for other languages: ``schemas/vectors/webhook_signing.json``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

TOLERANCE_S = 300


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes, *, now_s: float) -> bool:
    """
    Whether a request is from the relay, and was sent within the last `TOLERANCE_S` seconds.

    A webhook may be delivered more than once: deduplicate by ``webhook-id``, which stays the same.

    Args:
        secret: the endpoint's secret in the connections file.
        headers: with names in lower case.
        body: the received bytes, not parsed and serialised again.
        now_s: the time, in seconds since the epoch (``time.time()``).
    """
    webhook_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(now_s - int(timestamp)) > TOLERANCE_S:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    digest = hmac.digest(key, f"{webhook_id}.{timestamp}.".encode() + body, hashlib.sha256)
    expected = "v1," + base64.b64encode(digest).decode()
    signatures = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(each.encode(), expected.encode()) for each in signatures)
