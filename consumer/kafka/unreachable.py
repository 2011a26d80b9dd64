"""Sentences for connection errors of Kafka: host name, port, certificate or password."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
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


class KafkaNotThereError(StartupError):
    """No broker can be reached, for a reason that ends when one starts: no setting has to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Why one address, or all of them, cannot be used, and whether that ends when a broker starts."""

    why: str
    is_temporary: bool


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
        KafkaNotThereError: no broker is there, or none responds in time.
        StartupError: Kafka cannot be used with these settings, or refuses a request.
    """
    place = f"{bootstrap_servers} ({env_name('kafka_bootstrap_servers')})"
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError:
        found = await _found(bootstrap_servers, security)
        text = f"Kafka does not answer at {place} within {limit_s:.0f} s: {found.why}"
        raise _error(text, is_temporary=found.is_temporary) from None
    except KafkaConnectionError as error:
        # The error's own text is a list of sockets.
        found = await _found(bootstrap_servers, security)
        text = f"Kafka cannot be reached at {place}: {found.why}"
        raise _error(text, is_temporary=found.is_temporary) from error
    except (KafkaError, OSError) as error:
        denied = isinstance(error, KafkaError) and denial(error, user=user(security), operation="DESCRIBE")
        said = str(error) or type(error).__name__
        is_temporary = not denied and getattr(error, "retriable", True)
        raise _error(
            denied or f"Kafka cannot be reached at {place}: {said}", is_temporary=is_temporary
        ) from error


async def reason(bootstrap_servers: str, security: Mapping[str, Any]) -> str:
    """
    The error of each address, found by another connection attempt, `CONNECT_LIMIT_S` at most.

    aiokafka's own error states only that no address is usable.
    """
    return (await _found(bootstrap_servers, security)).why


def _error(text: str, *, is_temporary: bool) -> StartupError:
    return KafkaNotThereError(text) if is_temporary else StartupError(text)


async def _found(bootstrap_servers: str, security: Mapping[str, Any]) -> _Found:
    hosts = [(host, port) for host, port, _ in collect_hosts(bootstrap_servers, randomize=False)]
    each = await asyncio.gather(*(_tried(host, port, security) for host, port in hosts))
    why = "; ".join(f"{host}:{port} {one.why}" for (host, port), one in zip(hosts, each, strict=True))
    if {one.why for one in each} == {REFUSED}:
        why = "no broker takes the connection"
    return _Found(why=why, is_temporary=all(one.is_temporary for one in each))


async def _tried(host: str, port: int, security: Mapping[str, Any]) -> _Found:
    try:
        async with asyncio.timeout(CONNECT_LIMIT_S):
            connection = await create_conn(host, port, **security)
    except (OSError, KafkaError, TimeoutError) as error:
        cause = error if isinstance(error, TokenNotGranted) else _cause(error)
        return _Found(why=_sentence(cause), is_temporary=_is_temporary(cause))
    connection.close()
    return _Found(why="takes connections now", is_temporary=True)


def _is_temporary(cause: BaseException) -> bool:
    # In Kubernetes and Compose the name of a broker that has not started is unknown, too.
    match cause:
        case ConnectionRefusedError():
            return True
        case TokenNotGranted() | ssl.SSLError() | ConnectionError():
            return False
        case _:
            return isinstance(cause, OSError)


def _sentence(cause: BaseException) -> str:  # noqa: PLR0911 - one row a cause
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
