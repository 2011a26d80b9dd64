"""
OAuth 2.0 client credentials with a certificate: the signed assertion, and the access token for it.

Oracle help pages section_162730264820 to section_162790605110: no client secret, no refresh token.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from pydantic import BaseModel, ConfigDict, ValidationError

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.http_client.answer_limit import AnswerUnreadable
from consumer.netsuite import http_response, response_outcome

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE_S = 300  # Oracle: less than 3600
RENEW_BEFORE_EXPIRY_S = 120
TOKEN_LIMIT_S = 45
_TOKEN_TIMEOUT = httpx.Timeout(30, connect=10)
_ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
RSA_BITS = (3072, 4096)
"""Lengths of RSA keys for which NetSuite accepts certificates (Oracle subsect_162755332391)."""


class LoginFailed(Exception):  # noqa: N818 -- carries an expected result out of httpx's auth flow
    """No access token is available; `response_outcome` is the outcome of the call that needs it."""

    def __init__(self, failure: response_outcome.ResponseOutcome) -> None:
        super().__init__(failure.code)
        self.response_outcome = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The private key of a certificate, and the algorithm that NetSuite accepts for it."""

    key: RSAKey | ECKey = field(repr=False)
    algorithm: str

    @classmethod
    def of_pem(cls, pem: str) -> Signer:
        r"""
        Read a private key; newlines may be written as ``\n``, as is usual in environment variables.

        Raises:
            ValueError: it is not a PEM private key of RSA, or of EC on P-256, P-384 or P-521.
        """
        pem = pem.replace("\\n", "\n")
        wrong = "not a PEM private key of RSA, or of EC on P-256, P-384 or P-521 (without a passphrase)"
        for kind in (RSAKey, ECKey):
            try:
                key = kind.import_key(pem)
            except (ValueError, TypeError, JoseError):
                continue
            algorithm = "PS256" if isinstance(key, RSAKey) else _ALGORITHMS.get(str(key.curve_name), "")
            if key.is_private and algorithm:
                return cls(key=key, algorithm=algorithm)
        raise ValueError(wrong)

    @property
    def refusal(self) -> str | None:
        """Why NetSuite accepts no certificate for this key; None when it does."""
        if not isinstance(self.key, RSAKey) or self.key.raw_value.key_size in RSA_BITS:
            return None
        taken = " or ".join(str(bits) for bits in RSA_BITS)
        return (
            f"is an RSA key of {self.key.raw_value.key_size} bits; NetSuite takes RSA of {taken} bits, "
            f"and EC on {', '.join(_ALGORITHMS)}"
        )

    def assertion(self, *, client_id: str, certificate_id: str, audience: str, now: datetime) -> str:
        """The signed assertion of this integration, valid for `ASSERTION_LIFE_S` seconds."""
        header = {"typ": "JWT", "alg": self.algorithm, "kid": certificate_id}
        issued_at_s = int(now.timestamp())
        claims = {
            "iss": client_id,
            "scope": ["restlets"],
            "aud": audience,
            "iat": issued_at_s,
            "exp": issued_at_s + ASSERTION_LIFE_S,
            "jti": secrets.token_urlsafe(16),
        }
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


class _Granted(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: str
    expires_in: float = 3600  # 3600 by Oracle's documentation; observed as text and as a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token, and the time on the monotonic clock from which it is not used any more."""

    value: str = field(repr=False)
    renew_at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """The parameters of requests to the token endpoint."""

    url: str
    client_id: str
    certificate_id: str
    signer: Signer

    def form(self, now: datetime) -> dict[str, str]:
        """The form of one request."""
        assertion = self.signer.assertion(
            client_id=self.client_id, certificate_id=self.certificate_id, audience=self.url, now=now
        )
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }


class Tokens:
    """
    The access token of one connection: cached, renewed before it expires, requested once for all callers.

    Concurrent callers share a failure too, since repeated failed logins can lock a NetSuite user.
    """

    def __init__(
        self, login: Login, connection: Connection, *, http: httpx.AsyncClient, clock: Clock
    ) -> None:
        self._login = login
        self._connection = connection
        self._http = http
        self._clock = clock
        self._lock = asyncio.Lock()
        self._result: Token | response_outcome.ResponseOutcome | None = None
        self._fetched = 0

    async def current(self) -> str:
        """
        A token that is valid for two more minutes.

        Raises:
            LoginFailed: NetSuite granted none.
        """
        return await self._valid(stale=None)

    async def renewed(self, stale: str) -> str:
        """
        Another token than the refused one, `stale`.

        Raises:
            LoginFailed: NetSuite granted none.
        """
        return await self._valid(stale=stale)

    async def _valid(self, stale: str | None) -> str:
        if (kept := self._kept(stale)) is not None:
            return kept
        seen = self._fetched
        async with self._lock:
            if self._result is None or seen == self._fetched:
                self._result = await self._fetch()
                self._fetched += 1
            result = self._result
        if isinstance(result, Token):
            return result.value
        raise LoginFailed(result)

    def _kept(self, stale: str | None) -> str | None:
        kept = self._result
        if not isinstance(kept, Token) or kept.value == stale:
            return None
        return kept.value if self._clock.monotonic_s() < kept.renew_at_s else None

    async def _fetch(self) -> Token | response_outcome.ResponseOutcome:
        form = self._login.form(self._clock.now())
        try:
            async with asyncio.timeout(TOKEN_LIMIT_S):
                response = await self._http.post(self._login.url, data=form, timeout=_TOKEN_TIMEOUT)
        except AnswerUnreadable as error:
            failed = response_outcome.of_unreadable(error, self._clock.now(), self._connection)
            return response_outcome.nothing_sent(failed, self._connection)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return response_outcome.nothing_sent(
                response_outcome.of_exception(error, self._connection), self._connection
            )
        return self._read(http_response.HttpResponse.of(response, self._clock.now()))

    def _read(self, got: http_response.HttpResponse) -> Token | response_outcome.ResponseOutcome:
        if got.status >= 300:
            return response_outcome.of_login(got, self._connection)
        try:
            granted = _Granted.model_validate_json(got.body)
        except ValidationError:
            return response_outcome.of_login(got, self._connection)
        usable_s = max(0.0, granted.expires_in - RENEW_BEFORE_EXPIRY_S)
        return Token(value=granted.access_token, renew_at_s=self._clock.monotonic_s() + usable_s)
