"""Requests to the login provider: JSON answers of a bounded size, within a bounded time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from consumer.console.login.login_result import Unreachable
from consumer.http_client import client, connect_failure
from consumer.http_client.answer_limit import KIBIBYTE, AnswerLimit, AnswerUnreadable

CALL_LIMIT_S = 10.0
_ANSWERS = AnswerLimit(whose="the login provider", max_bytes=256 * KIBIBYTE, max_body_s=CALL_LIMIT_S)
_TIMEOUT = httpx.Timeout(CALL_LIMIT_S, connect=5)
_LIMITS = httpx.Limits(max_connections=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A JSON object, with the status of HTTP."""

    status: int
    body: Mapping[str, Any]


class ProviderHttp:
    """The HTTP client of one provider."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Prepare the client; nothing is sent yet."""
        self._http = client.client(
            _ANSWERS,
            headers={"Accept": "application/json"},
            timeout=_TIMEOUT,
            limits=_LIMITS,
            transport=transport,
        )

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer | Unreachable:
        """A JSON object by GET."""
        return await self._answer("GET", url, headers=dict(headers or {}))

    async def post(self, url: str, body: str, headers: Mapping[str, str]) -> Answer | Unreachable:
        """A JSON object by POST of an urlencoded form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._answer("POST", url, content=body, headers={**kind, **headers})

    async def aclose(self) -> None:
        """Close the client."""
        await self._http.aclose()

    async def _answer(self, method: str, url: str, **options: Any) -> Answer | Unreachable:
        try:
            async with asyncio.timeout(CALL_LIMIT_S):
                response = await self._http.request(method, url, **options)
        except AnswerUnreadable as error:
            return Unreachable(reason=str(error))
        except TimeoutError:
            return Unreachable(reason=f"the login provider did not answer within {CALL_LIMIT_S:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Unreachable(reason=_sentence(error, url))
        return _read(response)


def _read(response: httpx.Response) -> Answer | Unreachable:
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        return Unreachable(reason=f"the login provider answers HTTP {response.status_code} without JSON")
    return Answer(status=response.status_code, body=body)


def _sentence(error: Exception, url: str) -> str:
    if isinstance(error, httpx.TimeoutException):
        return f"the login provider did not answer within {CALL_LIMIT_S:g} s"
    host = httpx.URL(url).host if not isinstance(error, httpx.InvalidURL) else url
    return connect_failure.sentence(error, host) or f"{host} cannot be reached ({type(error).__name__})"
