"""The signature of token-based authentication: OAuth 1.0a, over all query parameters and not the body."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth1.rfc5849 import parameters, signature, util

SIGNATURE_METHOD = "HMAC-SHA256"
ADDRESSES_REMEMBERED = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Keys and secrets of an integration record and an access token, and their realm."""

    realm: str
    consumer_key: str
    consumer_secret: str = field(repr=False)
    token: str
    token_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Nonce and timestamp of one attempt: NetSuite accepts each pair once per user."""

    nonce: str
    timestamp_s: int


def authorization(method: str, url: str, credentials: Credentials, stamp: Stamp) -> str:
    """
    Make the value of the ``Authorization`` header for one attempt.

    Oracle help pages section_1534941088 (signature) and section_1534941295 (header).
    """
    signed = sign(method, url, credentials, stamp).translate(_ESCAPED_BASE64)
    return _stamped(_header(credentials), stamp, times=1).replace(_SIGNATURE, signed)


def sign(method: str, url: str, credentials: Credentials, stamp: Stamp) -> str:
    """The base64 signature; it covers every query parameter of the address."""
    text = _stamped(_base_string(method, url, credentials), stamp, times=2)
    return base64.b64encode(hmac.digest(_key(credentials), text.encode(), "sha256")).decode()


# Only nonce and timestamp differ between calls; escaping all the rest each time would cost as much as
# everything else that is done to send a request.
_NONCE, _TIMESTAMP, _SIGNATURE = "0NonceStandsHere0", "0TimestampStandsHere0", "0SignatureStandsHere0"


_ESCAPED_BASE64 = str.maketrans({"+": "%2B", "/": "%2F", "=": "%3D"})


@lru_cache(maxsize=ADDRESSES_REMEMBERED)
def _key(credentials: Credentials) -> bytes:
    return f"{util.escape(credentials.consumer_secret)}&{util.escape(credentials.token_secret)}".encode()


@lru_cache(maxsize=ADDRESSES_REMEMBERED)
def _base_string(method: str, url: str, credentials: Credentials) -> str:
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    return cast("str", signature.construct_base_string(method, url, query + _parameters(credentials)))


@lru_cache(maxsize=ADDRESSES_REMEMBERED)
def _header(credentials: Credentials) -> str:
    signed = [*_parameters(credentials), ("oauth_signature", _SIGNATURE)]
    return cast("str", parameters.prepare_headers(signed, realm=credentials.realm)["Authorization"])


def _stamped(text: str, stamp: Stamp, *, times: int) -> str:
    """The text with the stamp instead of the placeholders, escaped `times` times."""
    nonce = stamp.nonce
    if not (nonce.isascii() and nonce.isalnum()):  # letters and digits stay as they are
        for _ in range(times):
            nonce = util.escape(nonce)
    return text.replace(_NONCE, nonce).replace(_TIMESTAMP, str(stamp.timestamp_s))


def _parameters(credentials: Credentials) -> list[tuple[str, str]]:
    return [
        ("oauth_consumer_key", credentials.consumer_key),
        ("oauth_token", credentials.token),
        ("oauth_nonce", _NONCE),
        ("oauth_timestamp", _TIMESTAMP),
        ("oauth_signature_method", SIGNATURE_METHOD),
        ("oauth_version", "1.0"),
    ]
