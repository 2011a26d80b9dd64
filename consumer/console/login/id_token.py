"""ID tokens: whether the provider has signed them, for this client, for this login, and lately."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwk import Key
from joserfc.jwt import Token

from consumer.console.login.login_result import Refused

SKEW_S = 60
"""By so much the provider's clock may differ from ours."""
_TIMES = ("exp", "iat", "nbf", "auth_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token has to say: who issued it, for which client and which login, and when it is now."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now_s: int


def signed_by(token: str, keys: Sequence[Key], algorithms: Sequence[str]) -> Token | None:
    """The token, when one of the keys has signed it; an unsigned one is signed by none."""
    for key in _fitting(token, keys):
        try:
            return jwt.decode(token, key, algorithms=algorithms)
        except (JoseError, ValueError, TypeError, RecursionError):
            continue
    return None


def claims_of(token: Token, expected: Expected) -> Mapping[str, Any] | Refused:
    """The claims of a signed token, when all of them are as they have to be (OpenID Connect Core 3.1.3.7)."""
    claims = token.claims
    if any(not _is_time(claims[name]) for name in _TIMES if name in claims):
        return Refused(reason="the login provider's token has a time that is none")
    checked = CodeIDToken(
        claims,
        token.header,
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
        },
        params={
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": expected.access_token,
        },
    )
    try:
        checked.validate(now=expected.now_s, leeway=SKEW_S)
    except ExpiredTokenError:
        return Refused(reason="the login provider's token has expired; check both clocks")
    except MissingClaimError as error:
        return Refused(reason=f"the login provider's token lacks {_named(error)}")
    except InvalidClaimError as error:
        return Refused(reason=f"the login provider's token has another {_named(error)} than it should")
    except (JoseError, ValueError, TypeError):
        return Refused(reason="the login provider's token cannot be used")
    return _of_one_audience(claims, expected)


def _of_one_audience(claims: Mapping[str, Any], expected: Expected) -> Mapping[str, Any] | Refused:
    audience = claims["aud"]
    is_shared = isinstance(audience, list) and len(audience) > 1
    if is_shared and claims.get("azp") != expected.client_id:
        return Refused(reason="the login provider's token is for others, too, and does not say for whom")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        return Refused(reason="the login provider's token names nobody")
    return claims


def _fitting(token: str, keys: Sequence[Key]) -> Sequence[Key]:
    try:
        key_id = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError, RecursionError):
        return ()
    return [key for key in keys if key_id is None or key.kid in {key_id, None}]


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _named(error: InvalidClaimError | MissingClaimError) -> str:
    return str(error.claim)[:50]
