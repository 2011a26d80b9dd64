"""The HTTP client that speaks to one Lago organisation's API."""

from __future__ import annotations

import httpx

from consumer.connection import Connection
from consumer.connection_rules import is_loopback
from consumer.errors import ConfigurationError

API_PATH = "/api/v1"
ATTEMPT_LIMIT_S = 10.0
MAX_CONNECTIONS = 13
_TIMEOUT = httpx.Timeout(ATTEMPT_LIMIT_S, connect=5)


def client(connection: Connection, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """
    A client with the connection's ``lago.api_url`` and ``lago.api_key``; nothing is sent yet.

    Args:
        connection: whose settings to use.
        transport: stands in for the network in tests.

    Raises:
        ConfigurationError: a setting or its secret is missing; it is named.
    """
    url, key = connection.lago.api_url, connection.lago.api_key
    if url is None or key is None:
        place = f"lago.{'api_url' if url is None else 'api_key'}"
        raise ConfigurationError(
            [f"{connection.at('lago')}: connection {connection.code}: {place} is missing"]
        )
    try:
        secret = key.reveal()
    except LookupError as error:
        place = f"{connection.at('lago.api_key')}: connection {connection.code}: lago.api_key"
        raise ConfigurationError([f"{place}: {error}"]) from error
    return httpx.AsyncClient(
        base_url=url.rstrip("/").removesuffix(API_PATH) + API_PATH,
        headers={
            "User-Agent": "lago-netsuite",
            "Accept": "application/json",
            "Authorization": f"Bearer {secret}",
        },
        timeout=_TIMEOUT,
        limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
        transport=transport,
        follow_redirects=False,
        trust_env=not is_loopback(url),
    )
