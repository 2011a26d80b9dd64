"""Metrics of the certificates and tokens with which this process logs in."""

from __future__ import annotations

from typing import Literal

from consumer.config.certificate_dates import Validity
from consumer.ops.metrics.family import Families

CertificateUse = Literal["kafka_client", "netsuite"]
TokenUse = Literal["kafka_client"]


class Certificates:
    """The part of `consumer.ops.metrics.Metrics` about certificates and tokens."""

    def __init__(self, families: Families) -> None:
        about = ("use", "connection")
        self._certificate_begins = families.gauge(
            "certificate_begin_timestamp_seconds",
            "From when the certificate is valid, in seconds since the epoch, by what it is for.",
            *about,
        )
        self._certificate_ends = families.gauge(
            "certificate_end_timestamp_seconds",
            "Until when the certificate is valid, in seconds since the epoch, by what it is for.",
            *about,
        )

        self._token_refused = families.gauge(
            "token_refused", "1 while no token for a login is granted, by what it is for.", "use"
        )

    def token(self, use: TokenUse, *, is_granted: bool) -> None:
        """Set whether the last request for a token was granted."""
        self._token_refused[use,].set(not is_granted)

    def certificate(self, use: CertificateUse, validity: Validity | None, *, connection: str = "") -> None:
        """Set from when until when one is valid, if that is known; `connection` is empty for Kafka's."""
        if validity is None:
            return
        self._certificate_begins[use, connection].set(validity.begins.timestamp())
        self._certificate_ends[use, connection].set(validity.ends.timestamp())
