"""Authentication of calls: httpx auth classes for OAuth 2.0 tokens and OAuth 1.0a signatures."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Callable

import httpx

from consumer.clock import Clock
from consumer.netsuite import oauth1
from consumer.netsuite.oauth2 import Tokens

NONCE_BYTES = 20


class BearerAuth(httpx.Auth):
    """OAuth 2.0: the cached token, and a new one when NetSuite refuses it (it may have been revoked)."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """
        Send with the connection's token; after a 401 once more with a new one.

        Raises:
            LoginFailed: no token is available.
        """
        token = await self._tokens.current()
        response = yield _bearing(request, token)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            yield _bearing(request, await self._tokens.renewed(token))


class SignatureAuth(httpx.Auth):
    """OAuth 1.0a: a new nonce and timestamp for every attempt, since NetSuite accepts each pair once."""

    def __init__(
        self,
        credentials: oauth1.Credentials,
        clock: Clock,
        nonce: Callable[[], str] = lambda: secrets.token_hex(NONCE_BYTES),
    ) -> None:
        self._credentials = credentials
        self._clock = clock
        self._nonce = nonce
        self._signed: tuple[httpx.URL | None, str] = (None, "")

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign the address with all query parameters; the signature does not cover the body."""
        stamp = oauth1.Stamp(nonce=self._nonce(), timestamp_s=int(self._clock.now().timestamp()))
        request.headers["Authorization"] = oauth1.authorization(
            request.method, self._text(request.url), self._credentials, stamp
        )
        yield request

    def _text(self, url: httpx.URL) -> str:
        """The URL as text; httpx puts it together anew each time, and nearly all calls go to the same."""
        if url is not self._signed[0]:
            self._signed = (url, str(url))
        return self._signed[1]


def _bearing(request: httpx.Request, token: str) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {token}"
    return request
