"""Sign webhooks as Lago does, by HMAC or as a JWT, and provide the keys that verify them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Self

from joserfc.jwk import RSAKey

from consumer.demo.scenario_event import Algorithm
from consumer.sandbox.lago.webhooks import KEY_BITS, Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Lago:
    """
    One Lago installation with one organisation; its keys are made for one run.

    Attributes:
        hmac_key: key of the HMAC-SHA256 signatures.
        private_key: signs the JWTs by RS256.
        issuer: its ``LAGO_API_URL``, the claim ``iss`` of its JWTs.
    """

    hmac_key: str = field(repr=False)
    private_key: RSAKey = field(repr=False)
    issuer: str = "https://api.getlago.com"

    @classmethod
    def installed(cls) -> Self:
        """An installation with new keys."""
        return cls(hmac_key=str(uuid.uuid4()), private_key=RSAKey.generate_key(KEY_BITS))

    @property
    def public_pem(self) -> str:
        """The public key that verifies its JWTs, as PEM."""
        return self.private_key.as_pem(private=False).decode()

    def headers(self, signed: bytes | None, algorithm: Algorithm, unique_key: str) -> dict[str, str]:
        """
        The headers of a webhook (getlago/lago-api ``app/models/webhook.rb``).

        Args:
            signed: the bytes that the signature covers; None leaves the signature out.
            algorithm: HMAC-SHA256 of the bytes, or a JWT with the bytes as text in the claim ``data``.
            unique_key: the id of Lago's stored webhook.
        """
        if signed is None:
            return {"content-type": "application/json", "X-Lago-Unique-Key": unique_key}
        signer = Signer(hmac_key=self.hmac_key, private_key=self.private_key, issuer=self.issuer)
        return signer.headers(signed, algorithm, unique_key)
