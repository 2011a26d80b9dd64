"""
TLS and SASL: the arguments of every aiokafka client from the settings.
"""

from __future__ import annotations

import ssl
from typing import Any

from aiokafka.helpers import create_ssl_context

from consumer.config.settings import Settings, env_name
from consumer.errors import ConfigurationError


def arguments(settings: Settings) -> dict[str, Any]:
    """
    TLS and SASL as aiokafka's arguments, including the password.

    Raises:
        ConfigurationError: a certificate or key is not usable.
    """
    protocol = settings.kafka_security_protocol
    chosen: dict[str, Any] = {"security_protocol": protocol}
    if protocol in {"SSL", "SASL_SSL"}:
        chosen["ssl_context"] = _ssl_context(settings)
    if protocol.startswith("SASL_") and settings.kafka_sasl_password is not None:
        chosen["sasl_mechanism"] = settings.kafka_sasl_mechanism
        chosen["sasl_plain_username"] = settings.kafka_sasl_username
        chosen["sasl_plain_password"] = settings.kafka_sasl_password.get_secret_value()
    return chosen


def _ssl_context(settings: Settings) -> ssl.SSLContext:
    files = {
        "cafile": settings.kafka_ssl_cafile,
        "certfile": settings.kafka_ssl_certfile,
        "keyfile": settings.kafka_ssl_keyfile,
    }
    try:
        context: ssl.SSLContext = create_ssl_context(**{k: str(v) for k, v in files.items() if v is not None})
    except (OSError, ValueError) as error:
        names = ", ".join(env_name(f"kafka_ssl_{name}") for name, path in files.items() if path is not None)
        raise ConfigurationError(
            [f"{names}: cannot be used for TLS: {str(error) or type(error).__name__}"]
        ) from error
    return context
