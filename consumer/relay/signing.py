"""
Signatures of webhooks over the exact bytes that are sent, by two schemes at once.

Standard Webhooks 1.0 (standard-webhooks/standard-webhooks ``spec/standard-webhooks.md``): HMAC-SHA256 of
``id.timestamp.body``, one signature per secret, and Ed25519 with a signing key. Lago's own (getlago/lago-api
``app/models/webhook.rb``): HMAC-SHA256 of the body alone, so that receivers of Lago's webhooks verify ours
unchanged. Test vectors: ``schemas/vectors/webhook_signing.json``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SECRET_PREFIX = "whsec_"  # noqa: S105 - marks a secret, is none
PRIVATE_KEY_PREFIX = "whsk_"
SEED_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """
    The keys of the two schemes from one secret.

    Attributes:
        standard: the decoded bytes of ``whsec_…``; else the secret's text as bytes, preceded by its decoded
            bytes if the text is base64: the reference libraries decode a secret also without the prefix.
        lago: the secret's literal text as bytes; Lago does not decode its key.
    """

    standard: tuple[bytes, ...] = field(repr=False)
    lago: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> SigningKey:
        """
        The key of a secret.

        Raises:
            ValueError: the text after ``whsec_`` is not base64.
        """
        text = secret.encode()
        if secret.startswith(SECRET_PREFIX):
            return cls(standard=(_after(SECRET_PREFIX, secret),), lago=text)
        decoded = _decoded(secret)
        return cls(standard=(decoded, text) if decoded else (text,), lago=text)

    def signature(self, signed: bytes) -> str:
        """
        The signatures of the bytes, each with its version; a receiver needs only one that it can verify.
        """
        return " ".join(f"v1,{_mac(key, signed)}" for key in self.standard)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """An Ed25519 key: a receiver with the public key can verify, but not sign."""

    key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> PrivateKey:
        """
        The key of ``whsk_…``: a seed of 32 bytes, or seed and public key, libsodium's format.

        Raises:
            ValueError: it is neither.
        """
        if not secret.startswith(PRIVATE_KEY_PREFIX):
            raise ValueError(f"does not begin with {PRIVATE_KEY_PREFIX}")
        decoded = _after(PRIVATE_KEY_PREFIX, secret)
        seed, public = decoded[:SEED_BYTES], decoded[SEED_BYTES:]
        if len(seed) < SEED_BYTES:
            raise ValueError(f"is no Ed25519 key of {SEED_BYTES} bytes, nor such a key with its public half")
        key = Ed25519PrivateKey.from_private_bytes(seed)
        if public not in (b"", key.public_key().public_bytes_raw()):
            raise ValueError("has a public half that is another key's")
        return cls(key=key)

    def signature(self, signed: bytes) -> str:
        """The signature of the bytes, with its version."""
        return f"v1a,{_text(self.key.sign(signed))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """
    All keys of one endpoint.

    Attributes:
        secrets: the current one first; Lago's header has the signature of that one only.
        private: for receivers that verify without a secret; None without a signing key.
    """

    secrets: tuple[SigningKey, ...]
    private: PrivateKey | None = None

    def __len__(self) -> int:
        return len(self.secrets) + (self.private is not None)

    def signatures(self, signed: bytes) -> str:
        """The signatures by all keys, separated by blanks."""
        keys = (*self.secrets, *(() if self.private is None else (self.private,)))
        return " ".join(key.signature(signed) for key in keys)


def headers(keys: Keys, *, webhook_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """
    The headers of one attempt.

    Args:
        keys: the endpoint's.
        webhook_id: the same for all attempts, so that a receiver can deduplicate them.
        timestamp_s: of this attempt, in seconds since the epoch.
        body: the bytes as they are sent.
    """
    signed = f"{webhook_id}.{timestamp_s}.".encode() + body
    return {
        "content-type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": keys.signatures(signed),
        "X-Lago-Signature": _mac(keys.secrets[0].lago, body),
        "X-Lago-Signature-Algorithm": "hmac",
        "X-Lago-Unique-Key": webhook_id,
    }


def is_of_reference_libraries(secret: str) -> bool:
    """Whether a Standard Webhooks library accepts that secret."""
    return bool(_decoded(secret.removeprefix(SECRET_PREFIX)))


def _after(prefix: str, secret: str) -> bytes:
    decoded = _decoded(secret.removeprefix(prefix))
    if not decoded:
        raise ValueError(f"is not base64 after {prefix}")
    return decoded


def _decoded(text: str) -> bytes:
    """The decoded bytes of base64, padded or not; empty when it is not base64."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return b""


def _mac(key: bytes, content: bytes) -> str:
    return _text(hmac.digest(key, content, hashlib.sha256))


def _text(signature: bytes) -> str:
    return base64.b64encode(signature).decode()
