"""HTTP clients for one account: timeouts, headers, pooled connections, no redirects."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from consumer.config.connection import Connection
from consumer.config.loopback import is_loopback_url
from consumer.http_client.answer_limit import KIBIBYTE, MEBIBYTE, AnswerLimit
from consumer.http_client.client import Hook, client

KEEPALIVE_S = 30
READ_LIMIT_S = 310  # a RESTlet may run 300 s (Oracle help page section_N3351480)
BODY_LIMIT_S = 60.0  # the script has ended when the body begins
# The largest page of a list has about 300 KB. The limit bounds the memory of all calls of a worker.
ANSWERS = AnswerLimit(whose="NetSuite", max_bytes=2 * MEBIBYTE, max_body_s=BODY_LIMIT_S)
TOKEN_ANSWERS = AnswerLimit(
    whose="NetSuite's token endpoint", max_bytes=64 * KIBIBYTE, max_body_s=BODY_LIMIT_S
)
TIMEOUT = httpx.Timeout(READ_LIMIT_S, connect=10, write=30, pool=10)
_JSON = "application/json"
# NetSuite responds with the content type of the request, also to GET (Oracle help page section_4407965171).
JSON_HEADERS = {"Content-Type": _JSON, "Accept": _JSON}

Build = Callable[[int, dict[str, str], AnswerLimit], httpx.AsyncClient]
ResponseHook = Hook
"""Called for every response, including those of the token endpoint."""


def builder(
    connection: Connection,
    transport: httpx.AsyncBaseTransport | None,
    on_response: ResponseHook | None = None,
) -> Build:
    """A function that makes clients from a number of connections, headers and a limit on responses."""

    def build(connections: int, headers: dict[str, str], limit: AnswerLimit) -> httpx.AsyncClient:
        return client(
            limit,
            headers=headers,
            hooks=[on_response] if on_response else [],
            timeout=TIMEOUT,
            limits=httpx.Limits(max_connections=connections, keepalive_expiry=KEEPALIVE_S),
            transport=transport,
            trust_env=not is_loopback_url(connection.restlet_url),
        )

    return build
