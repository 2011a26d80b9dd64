"""From when until when certificates are valid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """
    Of a certificate.

    Attributes:
        begins, ends: in UTC.
    """

    begins: datetime
    ends: datetime


def validity(pem: str) -> Validity | None:
    """That of the certificate of a PEM text that ends first; None where none is readable."""
    from cryptography import x509  # noqa: PLC0415 - 20 ms, and most processes have no certificate

    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return None
    first = min(found, key=lambda each: each.not_valid_after_utc)
    return Validity(begins=first.not_valid_before_utc, ends=first.not_valid_after_utc)
