"""The emulated Lago of one run: its organisation, its REST API, and the keys of its webhooks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Self

from joserfc.jwk import RSAKey

from consumer.demo.customers import CODES
from consumer.demo.lago_month import LagoMonth
from consumer.demo.scenario_event import Algorithm
from consumer.sandbox.lago.http import LagoServer
from consumer.sandbox.lago.webhooks import KEY_BITS, Post, Signer, Webhooks


@dataclass(slots=True, kw_only=True)
class Lago:
    """
    One Lago installation with one organisation, which has integrations with all connections of the demo.

    Attributes:
        month: the organisation, and its calendar.
        hmac_key: key of the HMAC-SHA256 signatures.
        private_key: signs the JWTs by RS256.
        issuer: its ``LAGO_API_URL``, the claim ``iss`` of its JWTs.
        server: the REST API; webhooks of changes by requests stay in the outbox until `post_webhooks_to`.
    """

    month: LagoMonth
    hmac_key: str = field(repr=False)
    private_key: RSAKey = field(repr=False)
    issuer: str = "https://api.getlago.com"
    server: LagoServer = field(init=False)

    def __post_init__(self) -> None:
        """Create the server of the organisation."""
        self.month.organization.integrations = frozenset(CODES)
        self.server = LagoServer.of(self.month.organization)

    @classmethod
    def installed(cls, seed: int) -> Self:
        """An installation with new keys, before the first event of the month."""
        private_key = RSAKey.generate_key(KEY_BITS)
        return cls(month=LagoMonth(seed=seed), hmac_key=str(uuid.uuid4()), private_key=private_key)

    @property
    def public_pem(self) -> str:
        """The public key that verifies its JWTs, as PEM."""
        return self.private_key.as_pem(private=False).decode()

    def post_webhooks_to(self, post: Post) -> Webhooks:
        """Post the webhooks of changes by requests from now on; returns their deliveries."""
        webhooks = Webhooks(
            organization=self.month.organization, signer=self._signer, post=post, algorithm="jwt"
        )
        self.server.webhooks = webhooks
        return webhooks

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
        return self._signer.headers(signed, algorithm, unique_key)

    @property
    def _signer(self) -> Signer:
        return Signer(hmac_key=self.hmac_key, private_key=self.private_key, issuer=self.issuer)
