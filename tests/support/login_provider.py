"""A provider of OpenID Connect on this machine: real HTTP, real signatures, and every way to be wrong."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from authlib.oidc.core.util import create_half_hash
from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from consumer.clock import Clock
from consumer.ops import http as ops

CLIENT_ID, CLIENT_SECRET = "lago-netsuite", "a secret of the console"
LIFE_S = 300


@dataclass
class LoginProvider:
    """
    What it answers can be changed between requests.

    Attributes:
        claims: of the person who is logged in there.
        key: signs; `published` are the keys that it shows.
        change: is called with the claims of each token before it is signed.
        metadata_change: is called with the metadata.
        token: in place of every ID token.
        answers: an answer in place of its own, by path.
        asked: the paths of all requests.
        delay_s: before each answer.
    """

    clock: Clock
    claims: dict[str, Any] = field(
        default_factory=lambda: {"sub": "u-1", "email": "ada@example.com", "groups": ["finance"]}
    )
    key: Key = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    algorithm: str = "ES256"
    published: list[Key] | None = None
    change: Callable[[dict[str, Any]], Any] = lambda _: None
    metadata_change: Callable[[dict[str, Any]], Any] = lambda _: None
    token: str = ""
    secret: str = CLIENT_SECRET
    userinfo: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Callable[[], Response]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    issuer: str = ""
    delay_s: float = 0
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def rotate(self, kid: str = "two", *, is_rsa: bool = False) -> None:
        """Sign with another key, and show that one only."""
        parameters: Any = {"kid": kid}
        self.key = (
            RSAKey.generate_key(2048, parameters) if is_rsa else ECKey.generate_key("P-256", parameters)
        )
        self.algorithm, self.published = "RS256" if is_rsa else "ES256", None

    def app(self) -> Starlette:
        """The application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._answered(self._metadata)),
                Route("/keys", self._answered(self._keys)),
                Route("/authorize", self._answered(self._authorize)),
                Route("/token", self._answered(self._token), methods=["POST"]),
                Route("/userinfo", self._answered(self._userinfo)),
            ]
        )

    def _answered(self, endpoint: Any) -> Any:
        async def answer(request: Request) -> Response:
            self.asked.append(request.url.path)
            await asyncio.sleep(self.delay_s)
            other = self.answers.get(request.url.path)
            return other() if other else await endpoint(request)

        return answer

    async def _metadata(self, request: Request) -> Response:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/logout",
            "id_token_signing_alg_values_supported": ["ES256", "RS256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": True,
        }
        self.metadata_change(said)
        return JSONResponse(said)

    async def _keys(self, request: Request) -> Response:
        keys = self.published if self.published is not None else [self.key]
        return JSONResponse({"keys": [each.as_dict(private=False) for each in keys]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
        assert (asked["code_challenge_method"], "openid" in asked["scope"].split()) == ("S256", True)
        code = secrets.token_urlsafe(8)
        self._codes[code] = asked
        return RedirectResponse(
            f"{asked['redirect_uri']}?code={code}&state={asked['state']}&iss={self.issuer}", 303
        )

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self._codes.pop(str(form.get("code")), None)
        if not self._is_client(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or not _is_same_login(asked, form):
            return JSONResponse({"error": "invalid_grant"}, 400)
        access_token, now_s = secrets.token_urlsafe(8), int(self.clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now_s,
            "exp": now_s + LIFE_S,
            "nonce": asked["nonce"],
            "at_hash": create_half_hash(access_token, self.algorithm).decode(),
            **self.claims,
        }
        self.change(claims)
        return JSONResponse(
            {
                "access_token": access_token,
                "token_type": "Bearer",
                "id_token": self.token or self.signed(claims),
            }
        )

    async def _userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"].startswith("Bearer ")
        return JSONResponse({"sub": self.claims["sub"], **self.userinfo})

    def signed(self, claims: dict[str, Any]) -> str:
        """A token with these claims."""
        header = {"alg": self.algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])

    def _is_client(self, request: Request, form: dict[str, Any]) -> bool:
        if not self.secret:
            return bool(form.get("client_id") == CLIENT_ID)
        wanted = base64.b64encode(f"{CLIENT_ID}:{self.secret}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {wanted}"


def unsigned(claims: dict[str, Any]) -> str:
    """A token that says it needs no signature."""
    parts = [{"alg": "none", "kid": "one"}, claims]
    return ".".join([*(_encoded(json.dumps(each).encode()) for each in parts), ""])


def signed_with_secret(claims: dict[str, Any], secret: bytes) -> str:
    """A token whose signature is a hash with a shared secret."""
    parts = [{"alg": "HS256", "kid": "one"}, claims]
    text = ".".join(_encoded(json.dumps(each).encode()) for each in parts)
    return f"{text}.{_encoded(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def _is_same_login(asked: dict[str, str], form: dict[str, Any]) -> bool:
    challenge = _encoded(hashlib.sha256(str(form.get("code_verifier")).encode()).digest())
    return challenge == asked["code_challenge"] and form.get("redirect_uri") == asked["redirect_uri"]


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@asynccontextmanager
async def served(provider: LoginProvider, port: int = 0) -> AsyncIterator[LoginProvider]:
    """The provider, listening on this machine until the end of the block."""
    listener = ops.listen("127.0.0.1", port)
    provider.issuer = provider.issuer or f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(provider.app(), log_config=None, access_log=False, lifespan="off")
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(ops.serve_on(listener, config))
        try:
            yield provider
        finally:
            serving.cancel()
