"""HTTP to the demo's own servers on this machine, always with a deadline."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

CALL_LIMIT_S = 15.0

# Requests to child processes on this machine must not use a proxy.
_opener = build_opener(ProxyHandler({}))


async def get(url: str) -> tuple[int, str]:
    """Status and text; status 0 when the server cannot be reached."""
    return await asyncio.to_thread(_call, Request(url))  # noqa: S310 - addresses of our own servers


async def get_json(url: str) -> Any:
    """The JSON of the response; raises ValueError when the response is not JSON."""
    _, text = await get(url)
    return json.loads(text)


async def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    """Status and text of the response to a POST; status 0 when the server cannot be reached."""
    request = Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310 - see above
    return await asyncio.to_thread(_call, request)


def _call(request: Request) -> tuple[int, str]:
    try:
        with _opener.open(request, timeout=CALL_LIMIT_S) as response:
            return response.status, response.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()
    except (URLError, TimeoutError, ConnectionError) as unreachable:
        return 0, str(unreachable)
