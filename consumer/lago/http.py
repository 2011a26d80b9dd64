"""The HTTP client for one Lago organisation's API."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from consumer.config.connection import Connection
from consumer.config.loopback import is_loopback_url
from consumer.config.secret import Secret
from consumer.errors import ConfigurationError
from consumer.events import headers
from consumer.http_client import client as http_client
from consumer.http_client import connect_failure
from consumer.http_client.answer_limit import KIBIBYTE, MEBIBYTE, AnswerLimit, AnswerUnreadable

KEY_LIMIT_CHARS = 4_096
API_PATH = "/api/v1"
ATTEMPT_LIMIT_S = 10.0
# For 50 requests a second of half a second each.
MAX_CONNECTIONS = 26
ANSWERS = AnswerLimit(whose="Lago", max_bytes=4 * MEBIBYTE, max_body_s=ATTEMPT_LIMIT_S)
KEY_ANSWERS = AnswerLimit(whose="Lago", max_bytes=64 * KIBIBYTE, max_body_s=ATTEMPT_LIMIT_S)
_TIMEOUT = httpx.Timeout(ATTEMPT_LIMIT_S, connect=5)


def client(
    connection: Connection,
    transport: httpx.AsyncBaseTransport | None = None,
    *,
    limit: AnswerLimit = ANSWERS,
) -> httpx.AsyncClient:
    """
    A client with the connection's ``lago.api_url`` and ``lago.api_key``; nothing is sent yet.

    Args:
        connection: whose settings to use.
        transport: replaces the network in tests.
        limit: on the body of every response.

    Raises:
        ConfigurationError: a setting or its secret is missing, or not valid in a header; the message names
            it.
    """
    url, key = connection.lago.api_url, connection.lago.api_key
    if url is None or key is None:
        place = f"lago.{'api_url' if url is None else 'api_key'}"
        raise ConfigurationError(
            [f"{connection.at('lago')}: connection {connection.code}: {place} is missing"]
        )
    return http_client.client(
        limit,
        base_url=url.rstrip("/").removesuffix(API_PATH) + API_PATH,
        headers={
            "Accept": "application/json",
            "Authorization": f"Bearer {_revealed(connection, key)}",
        },
        timeout=_TIMEOUT,
        limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
        transport=transport,
        trust_env=not is_loopback_url(url),
    )


def lost(error: Exception, connection: Connection) -> str:
    """
    The reason why a request had no response, as the part of a sentence after a colon.

    The text of an error may contain a header, so for unknown reasons only the error's type is returned.
    """
    if isinstance(error, AnswerUnreadable):
        return str(error)
    cause = connect_failure.sentence(error, urlsplit(connection.lago.api_url or "").hostname or "Lago")
    kind = type(error).__name__
    return f"{kind}: {cause}" if cause else kind


def _revealed(connection: Connection, key: Secret) -> str:
    place = f"{connection.at('lago.api_key')}: connection {connection.code}: lago.api_key"
    try:
        secret = key.reveal()
    except LookupError as error:
        raise ConfigurationError([f"{place}: {error}"]) from error
    if not headers.is_header_value(secret, limit_chars=KEY_LIMIT_CHARS):
        raise ConfigurationError([f"{place}: holds characters that no HTTP header can carry, or too many"])
    return secret
