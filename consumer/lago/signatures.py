"""
Verify the signature of a Lago webhook, HMAC or JWT, against its body.

The signature covers the exact bytes of the body. A body that was parsed and serialised again differs: Lago
escapes ``<``, ``>`` and ``&`` (getlago/lago-api ``app/services/webhooks/base_service.rb``).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from joserfc.errors import ExceededSizeError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import RSAKey

from consumer.lago.lago_key import JWT_ALGORITHM, LagoKey

SIGNATURE_HEADER = "x-lago-signature"
ALGORITHM_HEADER = "x-lago-signature-algorithm"
UNIQUE_KEY_HEADER = "x-lago-unique-key"

SHORTEST_KEY_BITS = 2048

Reason = Literal["bad_signature", "foreign_issuer"]

_WHITESPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forged:
    """An invalid signature, with the reason."""

    reason: Reason
    sentence: str


def hmac_signature(body: bytes, key: str) -> str:
    """Base64 of HMAC-SHA256 over the body, under the key's literal text (``app/models/webhook.rb``)."""
    return base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()


def check_hmac(body: bytes, signature: str, *, key: str) -> Forged | None:
    """None for a valid HMAC signature; compared in constant time."""
    if hmac.compare_digest(hmac_signature(body, key).encode(), signature.encode()):
        return None
    sentence = "X-Lago-Signature is not the HMAC of this body under the organisation's key"
    return Forged(reason="bad_signature", sentence=sentence)


def check_jwt(body: bytes, token: str, *, key: LagoKey, issuer: str) -> Forged | None:
    """
    None for a valid JWT of Lago's that contains this body.

    Its claims are exactly ``data`` and ``iss``: Lago sets no time and no id, so none is required.
    """
    claims = _claims(token, key)
    if isinstance(claims, Forged):
        return claims
    if claims.iss != issuer:
        return Forged(reason="foreign_issuer", sentence=f"X-Lago-Signature was not issued by {issuer}")
    if claims.data.encode("utf-8", "surrogatepass") != body:
        return Forged(reason="bad_signature", sentence="X-Lago-Signature was made for another body")
    return None


def public_key(text: str) -> LagoKey:
    """
    Lago's public key, from PEM or from the form of Lago's API: base64 of the PEM text, in lines.

    Raises:
        ValueError: it is not an RSA public key of 2048 bits or more; the message does not contain the key.
    """
    pem = text if "-----BEGIN" in text else _unpacked(text)
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("is no public key, neither as PEM nor as base64 of PEM") from None
    if not isinstance(key, RSAPublicKey) or key.key_size < SHORTEST_KEY_BITS:
        raise ValueError(f"is no RSA key of {SHORTEST_KEY_BITS} bits or more")
    return LagoKey(RSAKey.import_key(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)))


def _unpacked(text: str) -> str:
    try:
        return base64.b64decode(_WHITESPACE.sub("", text), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""


class _Claims(msgspec.Struct):
    data: str
    iss: str


_CLAIMS = msgspec.json.Decoder(_Claims)


def _claims(token: str, key: LagoKey) -> _Claims | Forged:
    try:
        return _CLAIMS.decode(key.payload(token.encode()))
    except msgspec.ValidationError:
        return _bad("X-Lago-Signature is a JWT without Lago's claims")
    except UnsupportedAlgorithmError:
        return _bad(f"X-Lago-Signature is a JWT of another algorithm than {JWT_ALGORITHM}")
    except ExceededSizeError:
        return _bad("X-Lago-Signature is a JWT of no size that Lago makes")
    except (JoseError, ValueError, TypeError, RecursionError):
        return _bad("X-Lago-Signature is no JWT signed with Lago's key")


def _bad(sentence: str) -> Forged:
    return Forged(reason="bad_signature", sentence=sentence)
