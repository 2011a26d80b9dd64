"""Why a host cannot be reached, as a sentence: DNS, certificate, or no connection."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

EXPIRED, NOT_YET_VALID = 10, 9
UNKNOWN_ISSUER = frozenset((18, 19, 20, 21))
"""OpenSSL's ``X509_V_ERR_…`` (openssl-verification-options)."""

_RENEW = "it has to be renewed there; check this machine's clock too"
_TRUST = "name the authority that signs for your proxy or host in the file of SSL_CERT_FILE"


def sentence(error: BaseException, host: str) -> str | None:
    """The cause of a connection error, with the host; None when the cause is another."""
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return _of_certificate(cause, host)
            case ssl.SSLError():
                why = getattr(cause, "reason", None) or "TLS"
                return f"{host} and this machine agree on no TLS connection ({why})"
            case socket.gaierror():
                said = cause.strerror or cause
                return (
                    f"the name {host} cannot be resolved ({said}): check the address and this machine's DNS"
                )
            case ConnectionRefusedError():
                return f"{host} refuses the connection: nothing listens there, or a firewall stands between"
    return None


def _of_certificate(error: ssl.SSLCertVerificationError, host: str) -> str:
    code = getattr(error, "verify_code", None)
    what_to_do = f": {_RENEW}" if code in {EXPIRED, NOT_YET_VALID} else ""
    what_to_do = f": {_TRUST}" if code in UNKNOWN_ISSUER else what_to_do
    return f"the TLS certificate of {host} does not hold ({error.verify_message}){what_to_do}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop(0)
        if each is None or any(each is one for one in seen):
            continue
        seen.append(each)
        yield each
        waiting += [each.__cause__, each.__context__]
        waiting += each.exceptions if isinstance(each, BaseExceptionGroup) else ()
