"""
Token-based authentication as NetSuite verifies it: OAuth 1.0a, HMAC-SHA256, with all query parameters signed.

Written from RFC 5849 and Oracle's help pages without the client's signing library, so that the two
implementations check each other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from consumer.clock import Clock
from consumer.sandbox.netsuite.login_audit import Accepted, Attempt, Refused
from consumer.sandbox.netsuite.profile import Profile, TokenBased

CLOCK_TOLERANCE_S = 300
MIN_NONCE_CHARS = 6
_PAIR = re.compile(r'\s*([a-z_]+)="([^"]*)"\s*')
_REQUIRED = (
    "realm",
    "oauth_consumer_key",
    "oauth_token",
    "oauth_nonce",
    "oauth_timestamp",
    "oauth_signature_method",
    "oauth_signature",
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Signatures:
    """Verifies signatures; keeps the nonces of each token as long as their timestamps are accepted."""

    def __init__(self, profile: Profile, clock: Clock) -> None:
        self._realm = profile.account_id
        self._integrations = [one for one in profile.integrations if isinstance(one, TokenBased)]
        self._clock = clock
        self._used: dict[tuple[str, str], float] = {}

    def verify(self, attempt: Attempt) -> Accepted | Refused:
        """The integration of a call, or the refusal with the reason in NetSuite's login audit trail."""
        pairs = _parsed(attempt.authorization)
        if pairs is None:
            return Refused(scheme="oauth", reason="header_malformed", malformed=True)
        given = dict(pairs)
        if (reason := self._refusal_of_form(pairs, given)) is not None:
            return Refused(scheme="oauth", reason=reason)
        return self._of_known(given, attempt)

    def _refusal_of_form(self, pairs: list[tuple[str, str]], given: dict[str, str]) -> str | None:
        if len(given) < len(pairs) or not all(given.get(name) for name in _REQUIRED):
            return "parameter_rejected"
        if given.get("oauth_version", "1.0") != "1.0":
            return "VersionRejected"
        if given["oauth_signature_method"] != "HMAC-SHA256":
            return "UnknownAlgorithm"
        return None if given["realm"] == self._realm else "realm_rejected"

    def _of_known(self, given: dict[str, str], attempt: Attempt) -> Accepted | Refused:
        known = [one for one in self._integrations if one.consumer_key == given["oauth_consumer_key"]]
        if not known:
            return Refused(scheme="oauth", reason="consumer_key_unknown")
        integration = next((one for one in known if one.token_id == given["oauth_token"]), None)
        if integration is None:
            return Refused(scheme="oauth", reason="token_rejected")
        if (reason := self._refusal_of_stamp(given)) is not None:
            return Refused(scheme="oauth", reason=reason)
        if not hmac.compare_digest(
            _signature(given, integration, attempt), given["oauth_signature"].encode()
        ):
            return Refused(scheme="oauth", reason="InvalidSignature")
        self._remember(given)
        return Accepted(integration=integration.consumer_key, concurrency=integration.concurrency)

    def _refusal_of_stamp(self, given: dict[str, str]) -> str | None:
        timestamp, nonce = given["oauth_timestamp"], given["oauth_nonce"]
        now_s = self._clock.now().timestamp()
        if not (timestamp.isascii() and timestamp.isdigit()):
            return "InvalidTimestamp"
        if abs(int(timestamp) - now_s) > CLOCK_TOLERANCE_S:
            return "InvalidTimestamp"
        if len(nonce) < MIN_NONCE_CHARS:
            return "nonce_rejected"
        return "nonce_used" if (given["oauth_token"], nonce) in self._used else None

    def _remember(self, given: dict[str, str]) -> None:
        now_s = self._clock.now().timestamp()
        self._used[given["oauth_token"], given["oauth_nonce"]] = int(given["oauth_timestamp"])
        for key in _outdated(self._used, now_s - CLOCK_TOLERANCE_S):
            del self._used[key]


def _outdated(used: dict[tuple[str, str], float], horizon_s: float) -> list[tuple[str, str]]:
    """The nonces at the front whose timestamps are no longer accepted; insertion roughly follows time."""
    found: list[tuple[str, str]] = []
    for key, timestamp_s in used.items():
        if timestamp_s >= horizon_s:
            break
        found.append(key)
    return found


def _parsed(header: str) -> list[tuple[str, str]] | None:
    scheme, _, rest = header.partition(" ")
    matches = [_PAIR.fullmatch(part) for part in rest.split(",")]
    if scheme.lower() != "oauth" or not all(matches):
        return None
    return [(match[1], unquote(match[2])) for match in matches if match]


def _signature(given: dict[str, str], integration: TokenBased, attempt: Attempt) -> bytes:
    oauth = [(name, value) for name, value in given.items() if name not in {"realm", "oauth_signature"}]
    query = parse_qsl(urlsplit(attempt.url).query, keep_blank_values=True)
    text = "&".join(
        (attempt.method.upper(), _encoded(_address(attempt.url)), _encoded(_joined(oauth + query)))
    )
    key = f"{_encoded(integration.consumer_secret)}&{_encoded(integration.token_secret)}"
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest())


def _address(url: str) -> str:
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(scheme)} else f":{parts.port}"
    return f"{scheme}://{host}{port}{parts.path or '/'}"


def _joined(pairs: Iterable[tuple[str, str]]) -> str:
    encoded = sorted((_encoded(name), _encoded(value)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _encoded(text: str) -> str:
    return quote(text, safe="~")
