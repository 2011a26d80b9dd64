"""
OAuth 2.0 client credentials as NetSuite grants them: an access token of one hour for a signed assertion.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from consumer.clock import Clock
from consumer.sandbox.netsuite.login_audit import Accepted, Refused
from consumer.sandbox.netsuite.profile import OAuth2, Profile

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 -- an address, not a token
TOKEN_LIFE_S = 3600
MAX_ASSERTION_LIFE_S = 3600
CLOCK_TOLERANCE_S = 300
ALGORITHMS = ("PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_BEARER = re.compile(r"[Bb]earer ([A-Za-z0-9._~+/=-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """An access token, valid for `TOKEN_LIFE_S` seconds."""

    access_token: str
    integration: Accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """No token: the ``error`` of the response, and the true reason for the audit trail."""

    error: Literal["invalid_client", "invalid_grant", "invalid_request"]
    reason: str


@dataclass(frozen=True, slots=True)
class _Issued:
    login: Accepted
    expires_at_s: float


class Certificates:
    """The OAuth 2.0 integrations of a profile, their public keys and their access tokens."""

    def __init__(self, profile: Profile, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, _Issued] = {}
        self._integrations = tuple(one for one in profile.integrations if isinstance(one, OAuth2))
        #: private keys made at the start, for integrations without a public key in the profile
        self.made: dict[str, ECKey] = {
            one.client_id: ECKey.generate_key("P-256")
            for one in self._integrations
            if one.public_key_pem is None
        }

    def grant(self, form: Mapping[str, str]) -> Granted | Denied:
        """The access token for a form posted to the token endpoint, or the denial."""
        if form.get("grant_type") != "client_credentials":
            return Denied(error="invalid_request", reason="grant_type")
        if form.get("client_assertion_type") != _ASSERTION_TYPE:
            return Denied(error="invalid_request", reason="client_assertion_type")
        claimed = _claimed(form.get("client_assertion", ""))
        if claimed is None:
            return Denied(error="invalid_request", reason="client_assertion")
        header, claims = claimed
        integration = next((one for one in self._integrations if one.client_id == claims.get("iss")), None)
        if integration is None:
            return Denied(error="invalid_client", reason="iss")
        reason = self._refusal_of_key(header, integration, form["client_assertion"])
        reason = reason or self._refusal_of_claims(claims)
        if reason is not None:
            return Denied(error="invalid_grant", reason=reason)
        return self._issue(integration)

    def verify(self, authorization: str) -> Accepted | Refused:
        """The integration of the access token in a header, or the refusal."""
        if not authorization:
            return Refused(scheme="bearer", reason="authorization_missing")
        match = _BEARER.fullmatch(authorization)
        if match is None:
            return Refused(scheme="bearer", reason="header_malformed", malformed=True)
        issued = self._issued.get(match[1])
        if issued is None:
            return Refused(scheme="bearer", reason="token_unknown")
        if self._clock.now().timestamp() >= issued.expires_at_s:
            return Refused(scheme="bearer", reason="token_expired")
        return issued.login

    def revoke(self) -> int:
        """Revoke all access tokens; returns how many there were."""
        count = len(self._issued)
        self._issued.clear()
        return count

    def _issue(self, integration: OAuth2) -> Granted:
        login = Accepted(integration=integration.client_id, concurrency=integration.concurrency)
        token = secrets.token_urlsafe(32)
        self._issued[token] = _Issued(login, self._clock.now().timestamp() + TOKEN_LIFE_S)
        return Granted(access_token=token, integration=login)

    def _refusal_of_key(self, header: Mapping[str, Any], integration: OAuth2, assertion: str) -> str | None:
        if header.get("alg") not in ALGORITHMS:
            return "alg"
        if header.get("kid") != integration.certificate_id:
            return "kid"
        try:
            jwt.decode(assertion, self._public_key(integration), algorithms=[str(header["alg"])])
        except (JoseError, ValueError):
            return "signature"
        return None

    def _refusal_of_claims(self, claims: Mapping[str, Any]) -> str | None:
        issued_at_s, expires_at_s = claims.get("iat"), claims.get("exp")
        now_s = self._clock.now().timestamp()
        if not isinstance(issued_at_s, int) or issued_at_s > now_s + CLOCK_TOLERANCE_S:
            return "iat"
        if not isinstance(expires_at_s, int) or expires_at_s <= now_s:
            return "exp"
        if expires_at_s - issued_at_s >= MAX_ASSERTION_LIFE_S:
            return "lifetime"
        # The ``aud`` of Oracle's sample token has another host than the endpoint, so only the path is
        # checked.
        if not str(claims.get("aud", "")).endswith(TOKEN_PATH):
            return "aud"
        return None if "restlets" in _scopes(claims.get("scope")) else "scope"

    def _public_key(self, integration: OAuth2) -> ECKey | RSAKey:
        if integration.public_key_pem is None:
            return self.made[integration.client_id]
        pem = integration.public_key_pem
        return RSAKey.import_key(pem) if _is_rsa(pem) else ECKey.import_key(pem)


def _is_rsa(pem: str) -> bool:
    try:
        RSAKey.import_key(pem)
    except (ValueError, TypeError, JoseError):
        return False
    return True


def _claimed(assertion: str) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """Headers and claims of an assertion, before its signature is verified; None when it is not a JWT."""
    try:
        extracted = jws.extract_compact(assertion.encode())
        claims = json.loads(extracted.payload or b"null")
    except (JoseError, ValueError):
        return None
    return (extracted.headers(), claims) if isinstance(claims, dict) else None


def _scopes(scope: Any) -> list[str]:
    return [str(one) for one in scope] if isinstance(scope, list) else re.split(r"[\s,]+", str(scope or ""))
