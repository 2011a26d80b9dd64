"""The address, TLS and login of Kafka; a part of `consumer.config.settings.Settings`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from consumer.config.loopback import SafeUrl

OAUTHBEARER = "OAUTHBEARER"
BY_PASSWORD = ("kafka_sasl_username", "kafka_sasl_password")
BY_TOKEN = ("kafka_oauth_token_url", "kafka_oauth_client_id", "kafka_oauth_client_secret")


class KafkaSettings(BaseSettings):
    """
    How Kafka is reached.

    Attributes:
        kafka_sasl_mechanism: ``OAUTHBEARER`` needs ``kafka_oauth_…``, the others user and password.
        kafka_ssl_certfile: PEM of the client's certificate and chain; read again when the file changes.
        kafka_ssl_keyfile: PEM of its private key.
        kafka_ssl_key_password: the passphrase of an encrypted key.
        kafka_oauth_token_url: where a token is granted for the client's id and secret (RFC 6749 4.4).
        kafka_oauth_scope: what is asked for; empty for the provider's default.
        kafka_oauth_extensions: what the broker wants beside the token (RFC 7628 3.1), as
            ``logicalCluster=lkc-1,identityPoolId=pool-1``.
        kafka_wait_s: how long worker, `relay` and `ingest` wait at their start for a Kafka that is not there.
        kafka_compression_type: codec of the records that this process produces; it consumes all codecs.
            ``none`` by default, because other consumers of the output topics may lack a codec.
    """

    kafka_bootstrap_servers: Annotated[str, Field(min_length=1)] = "localhost:9092"
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Annotated[
        Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None, Field(validate_default=True)
    ] = None
    kafka_sasl_username: Annotated[str | None, Field(validate_default=True)] = None
    kafka_sasl_password: Annotated[SecretStr | None, Field(validate_default=True)] = None
    kafka_ssl_cafile: Path | None = None
    kafka_ssl_certfile: Path | None = None
    kafka_ssl_keyfile: Path | None = None
    kafka_ssl_key_password: SecretStr | None = None
    kafka_oauth_token_url: Annotated[SafeUrl | None, Field(validate_default=True)] = None
    kafka_oauth_client_id: Annotated[str | None, Field(validate_default=True)] = None
    kafka_oauth_client_secret: Annotated[SecretStr | None, Field(validate_default=True)] = None
    kafka_oauth_scope: str = ""
    kafka_oauth_extensions: Annotated[str, Field(pattern=r"^([A-Za-z]+=[^,=\x00-\x1f]+(,|$))*$")] = ""
    kafka_wait_s: Annotated[float, Field(ge=0, le=3_600)] = 30.0
    kafka_compression_type: Literal["none", "gzip", "snappy", "lz4", "zstd"] = "none"

    @field_validator("kafka_security_protocol", "kafka_sasl_mechanism", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("kafka_compression_type", mode="before")
    @classmethod
    def _lower_codec(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("kafka_sasl_mechanism", *BY_PASSWORD)
    @classmethod
    def _given_with_sasl(cls, value: object, info: ValidationInfo) -> object:
        protocol = info.data.get("kafka_security_protocol", "")
        by_token = info.data.get("kafka_sasl_mechanism") == OAUTHBEARER
        if value is None and protocol.startswith("SASL_") and not by_token:
            raise ValueError(f"is required with LAGO_NETSUITE_KAFKA_SECURITY_PROTOCOL={protocol}")
        return value

    @field_validator(*BY_TOKEN)
    @classmethod
    def _given_with_token(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.data.get("kafka_sasl_mechanism") == OAUTHBEARER:
            raise ValueError("is required with LAGO_NETSUITE_KAFKA_SASL_MECHANISM=OAUTHBEARER")
        return value

    @field_validator("kafka_ssl_cafile", "kafka_ssl_certfile", "kafka_ssl_keyfile")
    @classmethod
    def _exists(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}")
        return value
