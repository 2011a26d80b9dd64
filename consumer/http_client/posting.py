"""A POST to a process of our own, and the status and text of its response."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from consumer.http_client import client
from consumer.http_client.answer_limit import KIBIBYTE, AnswerLimit

POST_LIMIT_S = 15.0
_ANSWERS = AnswerLimit(whose="the endpoint", max_bytes=64 * KIBIBYTE, max_body_s=POST_LIMIT_S)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One URL on this machine, without a proxy."""

    url: str
    _client: httpx.AsyncClient

    @classmethod
    def at(cls, url: str) -> Endpoint:
        """Create the endpoint; sends nothing."""
        return cls(url, client.client(_ANSWERS, headers={}, trust_env=False))

    async def __call__(self, content: bytes, headers: Mapping[str, str]) -> int | None:
        """The HTTP status of one POST within `POST_LIMIT_S`; None when there was no answer."""
        answer = await self.answer(content, headers)
        return answer[0] if answer else None

    async def answer(self, content: bytes, headers: Mapping[str, str]) -> tuple[int, str] | None:
        """The HTTP status and the text of one POST within `POST_LIMIT_S`; None when there was no answer."""
        try:
            async with asyncio.timeout(POST_LIMIT_S):
                response = await self._client.post(self.url, content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return None
        return response.status_code, response.text

    async def aclose(self) -> None:
        """Close its connections."""
        await self._client.aclose()
