"""HTTP to the demo's own servers on this machine, always with a deadline."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

CALL_LIMIT_S = 15.0

# No proxy may stand between this process and its children.
_opener = build_opener(ProxyHandler({}))


async def get(url: str) -> tuple[int, str]:
    """Status and text; status 0 when nobody answers."""
    return await asyncio.to_thread(_call, Request(url))  # noqa: S310 - addresses of our own servers


async def get_json(url: str) -> Any:
    """The JSON that an address answers with; raises ValueError when it answers something else."""
    _, text = await get(url)
    return json.loads(text)


async def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    """The status and text that a POST is answered with; status 0 when nobody answers."""
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
