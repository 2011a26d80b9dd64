"""Lago's public key, prepared once to verify one JWT after another."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import RSAKey
from msgspec import DecodeError
from msgspec.json import Decoder

JWT_ALGORITHM = "RS256"
# A JWT contains the body as a JSON string, in which a character takes six at most.
JWT_LIMIT_BYTES = 64 * 1024 * 1024
HEADS_REMEMBERED = 8
PLAIN_MEMBERS = frozenset({"alg", "typ"})

_PADDING, _DIGEST = PKCS1v15(), SHA256()
_BASE64 = Decoder(bytes)


class _Registry(jws.JWSRegistry):
    # The default of joserfc is for tokens, not for whole documents.
    max_payload_length = JWT_LIMIT_BYTES


_REGISTRY = _Registry(algorithms=[JWT_ALGORITHM])


class LagoKey:
    """
    An RSA public key, and the heads of the JWTs it has verified.

    joserfc decides on every head that is new. All JWTs of a Lago have the same one, so that the next are
    verified by the key alone, which takes a fifth less time.
    """

    def __init__(self, key: RSAKey) -> None:
        self._key = key
        self._public_key = key.public_key
        self._heads: set[bytes] = set()

    def payload(self, token: bytes) -> bytes:
        """
        The payload of a JWT of this key.

        Raises:
            JoseError: it is no JWT, of another algorithm, or not signed with this key.
            ValueError: it is no base64, or its head no JSON.
        """
        head, _, rest = token.partition(b".")
        if head not in self._heads or len(token) > JWT_LIMIT_BYTES:
            return self._payload_of_new(token, head)
        content, _, signature = rest.partition(b".")
        signed = token[: len(head) + 1 + len(content)]
        try:
            self._public_key.verify(_decoded(signature), signed, _PADDING, _DIGEST)
        except InvalidSignature:
            raise BadSignatureError from None
        return _decoded(content)

    def as_dict(self) -> dict[str, Any]:
        """The key as a JWK."""
        return dict(self._key.as_dict())

    def thumbprint(self) -> str:
        """Its JWK thumbprint (RFC 7638)."""
        return self._key.thumbprint()

    def _payload_of_new(self, token: bytes, head: bytes) -> bytes:
        found = jws.deserialize_compact(token, self._key, registry=_REGISTRY)
        # Other members may say how the payload is read. Only what this key has signed is remembered.
        if found.headers().keys() <= PLAIN_MEMBERS and len(self._heads) < HEADS_REMEMBERED:
            self._heads.add(head)
        return bytes(found.payload or b"")


def _decoded(segment: bytes) -> bytes:
    # msgspec decodes base64 in a third of the time that `binascii` takes, here as a JSON string.
    plain = segment.replace(b"-", b"+").replace(b"_", b"/")
    try:
        return _BASE64.decode(b'"%b%b"' % (plain, b"=" * (-len(segment) % 4)))
    except DecodeError:
        raise ValueError("is no base64") from None
