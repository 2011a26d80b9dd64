"""Sentences for connection errors of Kafka: host name, port, certificate or password."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from consumer.config.settings import env_name
from consumer.errors import StartupError
from consumer.http_client.connect_failure import UNKNOWN_ISSUER
from consumer.kafka.access import denial
from consumer.kafka.oauth_token import TokenNotGranted
from consumer.kafka.security import user

CONNECT_LIMIT_S = 5.0
REFUSED = "refuses the connection"


@asynccontextmanager
async def sentences(
    bootstrap_servers: str, security: Mapping[str, Any], *, limit_s: float
) -> AsyncIterator[None]:
    """
    Turn Kafka's errors within the block into a StartupError with one sentence.

    Args:
        bootstrap_servers: the address.
        security: aiokafka's arguments for TLS and SASL.
        limit_s: how long the block may take.

    Raises:
        StartupError: Kafka cannot be reached, does not respond in time, or refuses a request.
    """
    place = f"{bootstrap_servers} ({env_name('kafka_bootstrap_servers')})"
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError:
        why = await reason(bootstrap_servers, security)
        raise StartupError(f"Kafka does not answer at {place} within {limit_s:.0f} s: {why}") from None
    except KafkaConnectionError as error:
        # The error's own text is a list of sockets.
        why = await reason(bootstrap_servers, security)
        raise StartupError(f"Kafka cannot be reached at {place}: {why}") from error
    except (KafkaError, OSError) as error:
        denied = isinstance(error, KafkaError) and denial(error, user=user(security), operation="DESCRIBE")
        said = str(error) or type(error).__name__
        raise StartupError(denied or f"Kafka cannot be reached at {place}: {said}") from error


async def reason(bootstrap_servers: str, security: Mapping[str, Any]) -> str:
    """
    The error of each address, found by another connection attempt, `CONNECT_LIMIT_S` at most.

    aiokafka's own error states only that no address is usable.
    """
    hosts = [(host, port) for host, port, _ in collect_hosts(bootstrap_servers, randomize=False)]
    found = await asyncio.gather(*(_why(host, port, security) for host, port in hosts))
    if set(found) == {REFUSED}:
        return "no broker takes the connection"
    return "; ".join(f"{host}:{port} {why}" for (host, port), why in zip(hosts, found, strict=True))


async def _why(host: str, port: int, security: Mapping[str, Any]) -> str:
    try:
        async with asyncio.timeout(CONNECT_LIMIT_S):
            connection = await create_conn(host, port, **security)
    except (OSError, KafkaError, TimeoutError) as error:
        return _sentence(error)
    connection.close()
    return "takes connections now"


def _sentence(error: BaseException) -> str:  # noqa: PLR0911 - one row a cause
    cause = error if isinstance(error, TokenNotGranted) else _cause(error)
    match cause:
        case TokenNotGranted():
            return f"cannot be logged in to, since {cause.why}; see {env_name('kafka_oauth_token_url')}"
        case socket.gaierror():
            return f"is a name that DNS does not know ({cause.strerror or cause})"
        case ssl.SSLError():
            return _of_tls(cause)
        case ConnectionRefusedError():
            return REFUSED
        case ConnectionError() | KafkaConnectionError():
            protocol = env_name("kafka_security_protocol")
            return f"closes the connection, as where TLS is missing or not expected: see {protocol}"
        case UnsupportedSaslMechanismError() | IllegalSaslStateError():
            return f"does not take this way to log in: see {env_name('kafka_sasl_mechanism')}"
        case SaslAuthenticationFailed():
            return f"refuses the login: see {env_name('kafka_sasl_username')} and its password"
        case TimeoutError():
            return f"does not answer within {CONNECT_LIMIT_S:.0f} s"
        case _:
            return f"takes no connection: {str(cause) or type(cause).__name__}"


def _of_tls(error: ssl.SSLError) -> str:
    reason = error.reason or str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        remedy = f": see {env_name('kafka_ssl_cafile')}" if error.verify_code in UNKNOWN_ISSUER else ""
        return f"shows a certificate that cannot be trusted: {error.verify_message}{remedy}"
    if "_ALERT_" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason):
        return f"wants a client's certificate that it trusts ({reason}): see {env_name('kafka_ssl_certfile')}"
    return f"does not agree on TLS: {reason}"


def _cause(error: BaseException) -> BaseException:
    """
    The error of the operating system or of TLS that caused an error of aiokafka's; else the error itself.
    """
    inner = error.__cause__ or error.__context__
    while inner is not None:
        if isinstance(inner, OSError):
            return inner
        inner = inner.__cause__ or inner.__context__
    return error
