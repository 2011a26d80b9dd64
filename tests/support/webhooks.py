"""Webhooks as Lago posts them, and a receiver of ingest, for tests."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import RSAKey
from starlette.types import ASGIApp

from consumer.clock import FakeClock
from consumer.ingest.answer_log import AnswerLog
from consumer.ingest.endpoints import Endpoint, Issuer
from consumer.ingest.http import create_app
from consumer.ingest.inflight_limit import InflightLimit
from consumer.ingest.receiver import Receiver
from consumer.lago.public_key import GivenKey
from consumer.lago.signatures import public_key
from consumer.ops.metrics import Metrics
from consumer.record import Event
from consumer.sandbox.lago import webhooks
from tests.support import lago

CODE = "netsuite-eu"
HMAC_KEY = "test-hmac-key"
ISSUER = "https://api.getlago.example"
UNIQUE_KEY = "0c4f5a1e-1111-4222-8333-444455556666"
BODY_LIMIT_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Signer:
    """One Lago installation: signs bodies as JWT."""

    private: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    @property
    def pem(self) -> str:
        return (
            self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        )

    @property
    def key(self) -> RSAKey:
        return public_key(self.pem)

    def token(self, body: bytes, *, issuer: str = ISSUER, algorithm: str = "RS256", **claims: Any) -> str:
        content = json.dumps({"data": body.decode(), "iss": issuer, **claims}, ensure_ascii=False).encode()
        registry = jws.JWSRegistry(algorithms=[algorithm])
        registry.max_payload_length = 100_000_000
        key = RSAKey.import_key(self.private)
        return jws.serialize_compact({"alg": algorithm}, content, key, registry=registry)


SIGNER = Signer()
LAGO = webhooks.Signer(hmac_key=HMAC_KEY, private_key=RSAKey.import_key(SIGNER.private), issuer=ISSUER)


def headers(body: bytes, **changes: str | None) -> dict[str, str]:
    """Lago's headers for a body signed by HMAC; those given as None are left out."""
    signed = LAGO.headers(body, "hmac", UNIQUE_KEY)
    named = {name.lower(): value for name, value in signed.items()}
    named |= {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in named.items() if value is not None}


def jwt_headers(body: bytes, token: str | None = None, **changes: str | None) -> dict[str, str]:
    signature = SIGNER.token(body) if token is None else token
    return headers(body, x_lago_signature=signature, x_lago_signature_algorithm="jwt", **changes)


async def _at_once() -> None:
    """Kafka has it."""


@dataclass(slots=True)
class House:
    """A receiver of ingest with a list instead of Kafka, and real metrics."""

    endpoint: Endpoint = field(
        default_factory=lambda: Endpoint(
            organization_id=lago.ORGANIZATION_ID,
            codes=(CODE,),
            hmac_keys=(HMAC_KEY,),
            issuers=(Issuer(name=ISSUER, key=GivenKey(SIGNER.key)),),
        )
    )
    refuses: Exception | None = None
    acknowledges: Callable[[], Awaitable[object]] = _at_once
    events: list[Event] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)
    metrics: Metrics = field(default_factory=lambda: Metrics(version="test"))
    inflight: InflightLimit = field(default_factory=InflightLimit)
    receiver: Receiver = field(init=False)
    answers: AnswerLog = field(init=False)
    app: ASGIApp = field(init=False)

    def __post_init__(self) -> None:
        endpoints = {CODE: self.endpoint, self.endpoint.organization_id: self.endpoint}
        self.receiver = Receiver(endpoints, publish=self._publish, observer=self.metrics, clock=self.clock)
        self.answers = AnswerLog(self.metrics, clock=self.clock)
        self.app = create_app(
            self.receiver,
            self.answers,
            body_limit_bytes=BODY_LIMIT_BYTES,
            inflight=self.inflight,
        )

    async def _publish(self, event: Event) -> None:
        await self.acknowledges()
        if self.refuses is not None:
            raise self.refuses
        self.events.append(event)

    async def post(
        self, content: Any, given: dict[str, str] | None = None, *, to: str = f"/lago/{CODE}"
    ) -> httpx.Response:
        if given is None:
            given = headers(content)
        async with self.client() as client:
            return await client.post(to, content=content, headers=given)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url="http://ingest")

    def counted(self, answer: str) -> int:
        line = f'lago_netsuite_ingest_requests_total{{answer="{answer}"}} '
        found = [each for each in self.metrics.exposition().decode().splitlines() if each.startswith(line)]
        return int(float(found[0].rpartition(" ")[2])) if found else 0
