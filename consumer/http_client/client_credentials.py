"""The grant of an OAuth 2.0 token for a client's id and secret (RFC 6749 4.4)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from urllib.parse import quote_plus

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consumer.http_client import connect_failure
from consumer.http_client.answer_limit import KIBIBYTE, AnswerLimit
from consumer.http_client.client import client

FETCH_LIMIT_S = 10.0
LIFE_IF_UNSAID_S = 300.0
_ANSWERS = AnswerLimit(whose="the token server", max_bytes=64 * KIBIBYTE, max_body_s=FETCH_LIMIT_S)
_TIMEOUT = httpx.Timeout(FETCH_LIMIT_S, connect=5)
_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """There is no token, with the reason as a sentence without secrets."""

    why: str


class Granted(BaseModel):
    """
    A token.

    Attributes:
        access_token: visible ASCII, since a control character would end its field of the login.
        expires_in: its life in seconds.
    """

    model_config = ConfigDict(hide_input_in_errors=True, frozen=True)

    access_token: str = Field(pattern=r"^[\x21-\x7e]+$", repr=False)
    expires_in: float = Field(default=LIFE_IF_UNSAID_S, gt=0, allow_inf_nan=False)


class _Refusal(BaseModel):
    """An error by RFC 6749 5.2; its description may repeat what was sent, so it is not read."""

    error: str = Field(pattern=r"^[a-z_]{1,64}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """
    One client at one token server.

    Attributes:
        url: the token endpoint.
        scope: what is asked for; empty for the server's default.
    """

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""

    @property
    def form(self) -> dict[str, str]:
        """The body of the request."""
        return {"grant_type": "client_credentials"} | ({"scope": self.scope} if self.scope else {})

    @property
    def credentials(self) -> tuple[str, str]:
        """User and password of the request (RFC 6749 2.3.1)."""
        return quote_plus(self.client_id), quote_plus(self.client_secret)

    async def grant(self, transport: httpx.AsyncBaseTransport | None = None) -> Granted | Refused:
        """
        Ask for a token.

        Args:
            transport: replaces the network in tests.
        """
        host = httpx.URL(self.url).host
        try:
            response = await self._response(transport)
        except TimeoutError:
            return Refused(why=f"{host} does not answer within {FETCH_LIMIT_S:.0f} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Refused(why=connect_failure.sentence(error, host) or f"{host}: {error}")
        return _read(response, host)

    async def _response(self, transport: httpx.AsyncBaseTransport | None) -> httpx.Response:
        headers = {"Accept": "application/json"}
        http = client(_ANSWERS, headers=headers, timeout=_TIMEOUT, transport=transport)
        async with asyncio.timeout(FETCH_LIMIT_S), http:
            return await http.post(self.url, data=self.form, auth=self.credentials)


def _read(response: httpx.Response, host: str) -> Granted | Refused:
    if response.status_code != _OK:
        return Refused(why=f"{host} grants no token: {_refusal(response)}")
    try:
        return Granted.model_validate_json(response.content)
    except ValidationError:
        return Refused(why=f"{host} answers with something that is no token")


def _refusal(response: httpx.Response) -> str:
    try:
        return f"{_Refusal.model_validate_json(response.content).error} (HTTP {response.status_code})"
    except ValidationError:
        return f"HTTP {response.status_code}"
