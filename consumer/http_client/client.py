"""An HTTP client for external hosts: no redirects, no cookies, limited bodies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from consumer.http_client.answer_limit import AnswerLimit

Hook = Callable[[httpx.Response], Awaitable[None]]
"""Called with every response before its body is read."""


def client(
    limit: AnswerLimit, *, headers: Mapping[str, str], hooks: Sequence[Hook] = (), **options: Any
) -> httpx.AsyncClient:
    """
    Make a client; nothing is sent yet.

    Redirects are not followed: they could send a signed request, or one within this network, anywhere.
    Cookies are refused: calls are stateless, and the jar would grow.

    Args:
        limit: of every body.
        headers: of every request.
        hooks: called with every response.
        options: of `httpx.AsyncClient`.
    """
    return httpx.AsyncClient(
        headers={"User-Agent": "lago-netsuite", "Accept-Encoding": "gzip", **headers},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        event_hooks={"response": [limit.enforce, *hooks]},
        follow_redirects=False,
        **options,
    )
