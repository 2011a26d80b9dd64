"""Lago's side of a webhook: how it is signed, by HMAC or as a JWT, and what verifies that."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass, field
from typing import Self

from joserfc import jws
from joserfc.jwk import RSAKey

from consumer.demo.scenario_event import Algorithm

KEY_BITS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Lago:
    """
    One installation with one organisation; its keys live as long as the demo.

    Attributes:
        issuer: its ``LAGO_API_URL``, which its JWTs name.
    """

    hmac_key: str = field(repr=False)
    private_key: RSAKey = field(repr=False)
    issuer: str = "https://api.getlago.com"

    @classmethod
    def installed(cls) -> Self:
        """A new one."""
        return cls(hmac_key=str(uuid.uuid4()), private_key=RSAKey.generate_key(KEY_BITS))

    @property
    def public_pem(self) -> str:
        """What verifies its JWTs."""
        return self.private_key.as_pem(private=False).decode()

    def headers(self, signed: bytes | None, algorithm: Algorithm, unique_key: str) -> dict[str, str]:
        """
        The headers of a webhook (getlago/lago-api ``app/models/webhook.rb``).

        Args:
            signed: the bytes that the signature is for; None leaves it out.
            algorithm: HMAC-SHA256 of the bytes, or a JWT that holds them as text.
            unique_key: of the stored webhook.
        """
        own = {"content-type": "application/json", "X-Lago-Unique-Key": unique_key}
        if signed is None:
            return own
        signature = self._mac(signed) if algorithm == "hmac" else self._token(signed)
        return own | {"X-Lago-Signature": signature, "X-Lago-Signature-Algorithm": algorithm}

    def _mac(self, signed: bytes) -> str:
        return base64.b64encode(hmac.digest(self.hmac_key.encode(), signed, hashlib.sha256)).decode()

    def _token(self, signed: bytes) -> str:
        claims = json.dumps({"data": signed.decode(), "iss": self.issuer})
        return jws.serialize_compact({"alg": "RS256"}, claims.encode(), self.private_key)
