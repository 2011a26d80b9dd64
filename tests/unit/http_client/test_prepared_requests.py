"""A prepared request is the one that httpx would make, whatever was asked for before."""

from __future__ import annotations

import httpx
import pytest

from consumer.http_client.answer_limit import AnswerLimit
from consumer.http_client.client import client
from consumer.http_client.prepared_requests import PreparedRequests

URL = "https://netsuite.example/restlet.nl"
PING = (("script", "a b"), ("deploy", "1"), ("op", "ping"))
TRACE = (("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),)


@pytest.mark.parametrize(
    ("method", "content", "headers"),
    [("POST", b'{"v": 1}', TRACE), ("POST", b"", ()), ("GET", None, ())],
    ids=["a body", "an empty body", "no body"],
)
async def test_it_is_httpxs(method, content, headers):
    """The address, the headers, the body, the limits of time, and no trace of the request before it."""
    limit = AnswerLimit(whose="the host", max_bytes=1_000, max_body_s=10)
    async with client(
        limit, headers={"Content-Type": "application/json"}, timeout=7, trust_env=False
    ) as http:
        prepared = PreparedRequests(http, URL)
        prepared.request(method, PING, b"another body", TRACE).headers["Authorization"] = "once"

        made = prepared.request(method, PING, content, headers)

        expected = http.build_request(
            method,
            httpx.URL(URL, params=list(PING)),
            content=content,
            headers={name: value.decode() for name, value in headers},
        )
    assert made.url == expected.url
    assert dict(made.headers) == dict(expected.headers)
    assert made.headers.raw[0] == (b"Host", b"netsuite.example")
    assert (made.method, made.content, made.extensions) == (method, expected.content, expected.extensions)
