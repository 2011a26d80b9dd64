"""Requests to one address that differ in their bodies and a few headers: what they share is made once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    url: httpx.URL
    headers: list[tuple[bytes, bytes]]
    extensions: dict[str, Any]


class PreparedRequests:
    """Makes the requests of one client to one address, with few methods and queries."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        """Take over the client's headers and time limits."""
        self._client = client
        self._url = url
        self._drafts: dict[tuple[str, Query], _Draft] = {}

    def request(
        self, method: str, query: Query, content: bytes | None, headers: Iterable[tuple[str, bytes]] = ()
    ) -> httpx.Request:
        """
        One request; httpx itself would put all of it together anew.

        Raises:
            httpx.InvalidURL: the address is none.
        """
        draft = self._drafts.get((method, query)) or self._draft(method, query)
        about = [] if content is None else [(b"Content-Length", b"%d" % len(content))]
        request = httpx.Request(
            method,
            draft.url,
            headers=[*draft.headers, *about, *((name.encode(), value) for name, value in headers)],
            stream=httpx.ByteStream(content or b""),
            extensions=draft.extensions,
        )
        request.url = draft.url  # the very same, so that a signature finds it again
        request.read()
        return request

    def _draft(self, method: str, query: Query) -> _Draft:
        made = self._client.build_request(method, httpx.URL(self._url, params=list(query)))
        headers = [each for each in made.headers.raw if each[0].lower() != b"content-length"]
        draft = _Draft(url=made.url, headers=headers, extensions=made.extensions)
        return self._drafts.setdefault((method, query), draft)
