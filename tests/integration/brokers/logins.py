"""Apache Kafka with a listener for each way to log in, and the token server of one of them."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from consumer.sandbox.broker import HOST, free_port
from tests.chaos.cluster import ALONE, Node
from tests.integration.brokers import apache
from tests.support import certificates
from tests.support.certificates import DAY, Authority
from tests.support.http_server import served

USER, PASSWORD = "worker", "not-a-secret"
CLIENT_ID, CLIENT_SECRET = "connector", "no secret: either"  # characters that have to be encoded
AUDIENCE = "kafka"
SHOWN = "shown.pem"
MODULES = "org.apache.kafka.common.security"
VALIDATOR = f"{MODULES}.oauthbearer.OAuthBearerValidatorCallbackHandler"
WAYS = ("PASSWORD", "TOKEN", "CERTIFICATE")


class TokenServer:
    """Grants tokens of five minutes for `CLIENT_ID` and `CLIENT_SECRET`; `forms` is what was asked."""

    def __init__(self) -> None:
        self.forms: list[str] = []
        self.status = 200
        self.is_trusted = True
        self._key, self._other = (
            RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256", "use": "sig"}) for _ in range(2)
        )
        server = self

        class _Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(200, {"keys": [server._key.as_dict(private=False)]})

            def do_POST(self) -> None:
                server.forms.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self._answer(*server._grant(self.headers.get("Authorization", "")))

            def _answer(self, status: int, body: dict[str, Any]) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        self._handler = _Handler
        self.origin = ""

    @contextmanager
    def running(self) -> Iterator[TokenServer]:
        with served(self._handler) as http:
            self.origin = f"http://{HOST}:{http.server_port}"
            yield self

    def _grant(self, authorization: str) -> tuple[int, dict[str, Any]]:
        if self.status != 200:
            return self.status, {}
        given = b64decode(authorization.removeprefix("Basic ")).decode()
        if given != f"{CLIENT_ID}:no+secret%3A+either":
            return 401, {"error": "invalid_client", "error_description": given}
        key = self._key if self.is_trusted else self._other
        now = int(time())
        claims = {"sub": CLIENT_ID, "iss": self.origin, "aud": AUDIENCE, "iat": now, "exp": now + 300}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims | {"scope": "records"}, key)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 300}


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """
    The broker.

    Attributes:
        authority: signs its certificate, and those of clients.
        port_of: of the listener for each of `WAYS`.
    """

    folder: Path
    authority: Authority
    tokens: TokenServer
    by_anybody: str
    port_of: dict[str, int] = field(default_factory=lambda: {way: free_port() for way in WAYS})

    def at(self, way: str) -> str:
        return f"{certificates.HOST}:{self.port_of[way]}"

    @property
    def places(self) -> dict[str, str]:
        """The parts of addresses: host and port of a listener, and the port alone for the password's."""
        return {"TOKEN": self.at("TOKEN"), "PASSWORD": str(self.port_of["PASSWORD"])}

    def by_password(self, mechanism: str = "PLAIN", **changed: str) -> dict[str, str]:
        given = {
            "kafka_bootstrap_servers": self.at("PASSWORD"),
            "kafka_security_protocol": "SASL_SSL",
            "kafka_ssl_cafile": str(self.authority.file),
            "kafka_sasl_mechanism": mechanism,
            "kafka_sasl_username": USER,
            "kafka_sasl_password": PASSWORD,
        }
        return given | changed

    def by_token(self, **changed: str) -> dict[str, str]:
        given = {
            "kafka_bootstrap_servers": self.at("TOKEN"),
            "kafka_security_protocol": "SASL_PLAINTEXT",
            "kafka_sasl_mechanism": "OAUTHBEARER",
            "kafka_oauth_token_url": f"{self.tokens.origin}/token",
            "kafka_oauth_client_id": CLIENT_ID,
            "kafka_oauth_client_secret": CLIENT_SECRET,
            "kafka_oauth_scope": "records",
        }
        return given | changed

    def by_certificate(self, *, name: str = "nobody", password: str = "") -> dict[str, str]:
        """With a certificate that is made for the caller, in the files that Strimzi gives."""
        folder = self.folder / name
        folder.mkdir()
        self.authority.certificate(lasts=DAY, password=password).write_to(folder)
        given = {
            "kafka_bootstrap_servers": self.at("CERTIFICATE"),
            "kafka_security_protocol": "SSL",
            "kafka_ssl_cafile": str(self.authority.file),
            "kafka_ssl_certfile": str(folder / "user.crt"),
            "kafka_ssl_keyfile": str(folder / "user.key"),
        }
        return given | ({"kafka_ssl_key_password": password} if password else {})


@contextmanager
def logins(folder: Path) -> Iterator[Logins]:
    """One broker that takes every login."""
    apache._fetch()
    authority = Authority(folder=folder)
    node = Node(number=1, folder=folder / "logins")
    with TokenServer().running() as tokens:
        broker = Logins(folder=folder, authority=authority, tokens=tokens, by_anybody=f"{HOST}:{node.port}")
        allowed = f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={tokens.origin}/jwks"
        node.format(apache._cluster_id(), _settings(node, broker), *_scram())
        shown = authority.certificate(lasts=DAY)
        (node.folder / SHOWN).write_bytes(shown.key + shown.chain)
        try:
            node.start(allowed)
            node.until_listening()
            yield broker
        finally:
            node.stop()


def _scram() -> Iterator[str]:
    for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
        yield from ("--add-scram", f"{mechanism}=[name={USER},password={PASSWORD}]")


def _settings(node: Node, broker: Logins) -> str:
    ways = ",".join(f"{way}://{HOST}:{port}" for way, port in broker.port_of.items())
    advertised = ",".join(f"{way}://{broker.at(way)}" for way in WAYS)
    plain, scram = f"{MODULES}.plain.PlainLoginModule", f"{MODULES}.scram.ScramLoginModule"
    oauth = f"{MODULES}.oauthbearer.OAuthBearerLoginModule"
    return f"""
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{HOST}:{node.controller_port}
listeners=PLAINTEXT://{HOST}:{node.port},{ways},CONTROLLER://{HOST}:{node.controller_port}
advertised.listeners=PLAINTEXT://{HOST}:{node.port},{advertised}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PASSWORD:SASL_SSL,TOKEN:SASL_PLAINTEXT,CERTIFICATE:SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
ssl.keystore.type=PEM
ssl.keystore.location={node.folder / SHOWN}
ssl.truststore.type=PEM
ssl.truststore.location={broker.authority.file}
listener.name.certificate.ssl.client.auth=required
listener.name.password.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.password.plain.sasl.jaas.config={plain} required user_{USER}="{PASSWORD}";
listener.name.password.scram-sha-256.sasl.jaas.config={scram} required;
listener.name.password.scram-sha-512.sasl.jaas.config={scram} required;
listener.name.token.sasl.enabled.mechanisms=OAUTHBEARER
listener.name.token.oauthbearer.sasl.jaas.config={oauth} required;
listener.name.token.oauthbearer.sasl.server.callback.handler.class={VALIDATOR}
sasl.oauthbearer.jwks.endpoint.url={broker.tokens.origin}/jwks
sasl.oauthbearer.expected.audience={AUDIENCE}
sasl.oauthbearer.jwt.validator.class={MODULES}.oauthbearer.BrokerJwtValidator
log.dirs={node.folder / "data"}
{ALONE}"""
