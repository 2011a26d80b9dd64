"""The signature of token-based authentication: OAuth 1.0a, over the whole query and never the body."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth1.rfc5849 import parameters, signature, util

SIGNATURE_METHOD = "HMAC-SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The two pairs of an integration record and an access token, and the realm they are good for."""

    realm: str
    consumer_key: str
    consumer_secret: str = field(repr=False)
    token: str
    token_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What makes one attempt unlike every other: NetSuite takes each pair once per user."""

    nonce: str
    timestamp_s: int


def authorization(method: str, url: str, credentials: Credentials, stamp: Stamp) -> str:
    """
    Make the value of the ``Authorization`` header for one attempt.

    Oracle help pages section_1534941088 (signature) and section_1534941295 (header).
    """
    oauth = _parameters(credentials, stamp)
    signed = [*oauth, ("oauth_signature", sign(method, url, credentials, stamp))]
    headers = parameters.prepare_headers(signed, realm=credentials.realm)
    return cast("str", headers["Authorization"])


def sign(method: str, url: str, credentials: Credentials, stamp: Stamp) -> str:
    """Make the base64 signature; every query parameter of the address is part of it."""
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    text = signature.construct_base_string(method, url, query + _parameters(credentials, stamp))
    key = f"{util.escape(credentials.consumer_secret)}&{util.escape(credentials.token_secret)}"
    mac = hmac.new(key.encode(), text.encode(), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def _parameters(credentials: Credentials, stamp: Stamp) -> list[tuple[str, str]]:
    return [
        ("oauth_consumer_key", credentials.consumer_key),
        ("oauth_token", credentials.token),
        ("oauth_nonce", stamp.nonce),
        ("oauth_timestamp", str(stamp.timestamp_s)),
        ("oauth_signature_method", SIGNATURE_METHOD),
        ("oauth_version", "1.0"),
    ]
