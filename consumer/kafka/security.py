"""
TLS and SASL: the arguments of every aiokafka client from the settings.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from consumer.config.kafka_settings import OAUTHBEARER, KafkaSettings
from consumer.config.settings import env_name
from consumer.errors import ConfigurationError
from consumer.http_client.client_credentials import TokenRequest
from consumer.kafka.oauth_token import Tokens
from consumer.kafka.renewed_certificate import CertificateFiles, RenewedContext

PEM_UNREADABLE = "PEM lib"
"""OpenSSL's reason, which says no more."""


def arguments(settings: KafkaSettings) -> dict[str, Any]:
    """
    TLS and SASL as aiokafka's arguments, including the password.

    Raises:
        ConfigurationError: a certificate or key is not usable.
    """
    protocol = settings.kafka_security_protocol
    chosen: dict[str, Any] = {"security_protocol": protocol}
    if protocol in {"SSL", "SASL_SSL"}:
        chosen["ssl_context"] = _ssl_context(settings)
    if protocol.startswith("SASL_"):
        chosen |= _sasl(settings)
    return chosen


def user(security: Mapping[str, Any]) -> str | None:
    """Who logs in by `arguments`, as far as it is known here; None without SASL."""
    tokens = security.get("sasl_oauth_token_provider")
    return tokens.client_id if isinstance(tokens, Tokens) else security.get("sasl_plain_username")


def _sasl(settings: KafkaSettings) -> dict[str, Any]:
    if settings.kafka_sasl_mechanism == OAUTHBEARER:
        return {"sasl_mechanism": OAUTHBEARER, "sasl_oauth_token_provider": _tokens(settings)}
    return {
        "sasl_mechanism": settings.kafka_sasl_mechanism,
        "sasl_plain_username": settings.kafka_sasl_username,
        "sasl_plain_password": _plain(settings.kafka_sasl_password),
    }


def _tokens(settings: KafkaSettings) -> Tokens:
    pairs = (pair.partition("=") for pair in settings.kafka_oauth_extensions.split(",") if pair)
    return Tokens(
        TokenRequest(
            url=settings.kafka_oauth_token_url or "",
            client_id=settings.kafka_oauth_client_id or "",
            client_secret=_plain(settings.kafka_oauth_client_secret),
            scope=settings.kafka_oauth_scope,
        ),
        {name: value for name, _, value in pairs},
    )


def _ssl_context(settings: KafkaSettings) -> ssl.SSLContext:
    context = RenewedContext(ssl.PROTOCOL_TLS_CLIENT)
    authorities = settings.kafka_ssl_cafile
    try:
        context.load_verify_locations(authorities) if authorities else context.load_default_certs()
        if chain := settings.kafka_ssl_certfile:
            password = _plain(settings.kafka_ssl_key_password)
            context.present(CertificateFiles(chain=chain, key=settings.kafka_ssl_keyfile, password=password))
    except (OSError, ValueError) as error:
        raise ConfigurationError([f"{_files(settings)}: cannot be used for TLS: {_why(error)}"]) from error
    return context


def _files(settings: KafkaSettings) -> str:
    fields = ("kafka_ssl_cafile", "kafka_ssl_certfile", "kafka_ssl_keyfile", "kafka_ssl_key_password")
    return ", ".join(env_name(field) for field in fields if getattr(settings, field) is not None)


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError) and PEM_UNREADABLE in str(error):
        return f"a file is not PEM, or {env_name('kafka_ssl_key_password')} does not open the key"
    return str(error) or type(error).__name__


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""
