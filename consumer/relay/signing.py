"""
Signatures of webhooks, two ways at once over the very bytes that are sent.

Standard Webhooks 1.0 (standard-webhooks/standard-webhooks ``spec/standard-webhooks.md``): HMAC-SHA256 of
``id.timestamp.body``, one signature a secret. Lago's own (getlago/lago-api ``app/models/webhook.rb``):
HMAC-SHA256 of the body alone, so that whoever receives Lago's webhooks verifies ours unchanged.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

SECRET_PREFIX = "whsec_"  # noqa: S105 - marks a secret, is none


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """
    One secret in the two forms that the two ways sign with.

    Attributes:
        standard: the decoded bytes of ``whsec_…``; else the secret's text as bytes.
        lago: the secret's literal text as bytes; Lago never decodes its key.
    """

    standard: bytes = field(repr=False)
    lago: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> SigningKey:
        """
        The key of a secret.

        Raises:
            ValueError: after ``whsec_`` comes no base64.
        """
        text = secret.encode()
        if not secret.startswith(SECRET_PREFIX):
            return cls(standard=text, lago=text)
        try:
            decoded = _decoded(secret.removeprefix(SECRET_PREFIX))
        except ValueError:
            decoded = b""
        if not decoded:
            raise ValueError(f"is not base64 after {SECRET_PREFIX}")
        return cls(standard=decoded, lago=text)


def headers(keys: Sequence[SigningKey], *, webhook_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """
    The headers of one attempt.

    Args:
        keys: the current one first; Lago's header has room for that one only.
        webhook_id: the same over all attempts, so that a receiver knows a repeat.
        timestamp_s: of this attempt, in seconds since the epoch.
        body: the bytes as they are sent.
    """
    signed = f"{webhook_id}.{timestamp_s}.".encode() + body
    return {
        "content-type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(f"v1,{_mac(key.standard, signed)}" for key in keys),
        "X-Lago-Signature": _mac(keys[0].lago, body),
        "X-Lago-Signature-Algorithm": "hmac",
        "X-Lago-Unique-Key": webhook_id,
    }


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def _mac(key: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
