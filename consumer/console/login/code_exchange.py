"""The second half of a login: the code becomes a token, and its claims a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from joserfc.jwt import Token

from consumer.clock import Clock
from consumer.console.login import id_token, membership
from consumer.console.login.login_request import LoginRequest
from consumer.console.login.login_result import UNKNOWN, LoggedIn, LoginResult, Refused, Unreachable
from consumer.console.login.metadata import Metadata
from consumer.console.login.provider import Provider
from consumer.console.login.provider_http import ProviderHttp
from consumer.console.login.registration import Registration
from consumer.console.person import Person

LONGEST_NAME_CHARS = 100
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Granted:
    token: str
    access_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeExchange:
    """What exchanges codes at one provider."""

    registration: Registration
    provider: Provider
    http: ProviderHttp
    clock: Clock

    async def person(self, request: LoginRequest, answer: Mapping[str, str]) -> LoginResult:
        """
        Who has logged in.

        Args:
            request: the attempt, whose state is that of the answer.
            answer: the query with which the provider sent the browser back.
        """
        known = await self.provider.metadata()
        if isinstance(known, Unreachable):
            return known
        if refused := _wrong_answer(answer, known):
            return refused
        granted = await self._granted(known, request, answer["code"])
        return await self._of(known, request, granted) if isinstance(granted, _Granted) else granted

    async def _of(self, known: Metadata, request: LoginRequest, granted: _Granted) -> LoginResult:
        token = await self._signed(granted.token, known)
        if token is None:
            return Refused(reason="the login provider's token is not signed by one of its keys")
        expected = id_token.Expected(
            issuer=known.issuer,
            client_id=self.registration.client_id,
            nonce=request.nonce,
            access_token=granted.access_token,
            now_s=int(self.clock.now().timestamp()),
        )
        claims = id_token.claims_of(token, expected)
        if isinstance(claims, Refused):
            return claims
        complete = await self._with_groups(known, claims, granted.access_token)
        return complete if isinstance(complete, Unreachable) else _member(complete, self.registration)

    async def _granted(
        self, known: Metadata, request: LoginRequest, code: str
    ) -> _Granted | Refused | Unreachable:
        body = prepare_token_request(
            "authorization_code",
            code=code,
            redirect_uri=self.registration.redirect_uri,
            code_verifier=request.verifier,
        )
        url, headers, body = self._authenticated(known).prepare("POST", known.token_endpoint, {}, body)
        answer = await self.http.post(url, body, headers)
        if isinstance(answer, Unreachable):
            return answer
        if answer.status >= _SERVER_ERROR:
            return Unreachable(reason=f"the login provider answers HTTP {answer.status}")
        return _granted(answer.body) if answer.status == 200 else _not_granted(answer.body)

    def _authenticated(self, known: Metadata) -> ClientAuth:
        secret, offered = self.registration.client_secret, known.token_endpoint_auth_methods_supported
        preferred = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        return ClientAuth(self.registration.client_id, secret, preferred if secret else "none")

    async def _signed(self, text: str, known: Metadata) -> Token | None:
        keys = await self.provider.keys()
        found = id_token.signed_by(text, keys, known.algorithms)
        if found is None and (newer := await self.provider.newer_keys(keys)) is not keys:
            found = id_token.signed_by(text, newer, known.algorithms)
        return found

    async def _with_groups(
        self, known: Metadata, claims: Mapping[str, Any], access_token: str
    ) -> Mapping[str, Any] | Unreachable:
        """The claims, with those of the provider's user info where they lack groups (OIDC Core 5.3)."""
        has_groups = membership.groups_of(claims, self.registration.groups_claim) is not None
        if has_groups or not known.userinfo_endpoint or not access_token:
            return claims
        answer = await self.http.get(
            known.userinfo_endpoint, {"Authorization": f"Bearer {_header_safe(access_token)}"}
        )
        if isinstance(answer, Unreachable):
            return answer
        is_same = answer.status == 200 and answer.body.get("sub") == claims["sub"]
        return {**answer.body, **claims} if is_same else claims


def _wrong_answer(answer: Mapping[str, str], known: Metadata) -> Refused | None:
    """Why the browser's answer is none; another provider's answer could steal the code (RFC 9207)."""
    issuer = answer.get("iss", "" if known.authorization_response_iss_parameter_supported else known.issuer)
    if issuer != known.issuer:
        return Refused(reason="the answer is not that of the login provider")
    if error := answer.get("error"):
        return Refused(reason=f"the login provider refuses: {_plain(error)}")
    return None if answer.get("code") else Refused(reason="the login provider's answer has no code")


def _granted(body: Mapping[str, Any]) -> _Granted | Refused:
    token, access_token = body.get("id_token"), body.get("access_token")
    if not isinstance(token, str):
        return Refused(reason="the login provider gives no ID token; its scopes have to include openid")
    return _Granted(token=token, access_token=access_token if isinstance(access_token, str) else "")


def _not_granted(body: Mapping[str, Any]) -> Refused:
    return Refused(reason=f"the login provider gives no token: {_plain(str(body.get('error', 'no reason')))}")


def _member(claims: Mapping[str, Any], registration: Registration) -> LoggedIn | Refused:
    name, subject = _name(claims, registration), str(claims["sub"])
    groups = membership.groups_of(claims, registration.groups_claim)
    if groups is None:
        reason = f"the login provider's token has no claim {registration.groups_claim}"
        return Refused(reason=reason, actor=name)
    role = membership.role_of(groups, registration.groups)
    if role is None:
        return Refused(reason=f"{name} is in no group that may use the console", actor=name)
    return LoggedIn(person=Person(name=name, role=role), subject=subject)


def _name(claims: Mapping[str, Any], registration: Registration) -> str:
    """What audit records call them; an address that nobody has checked could be anybody's."""
    given = claims.get(registration.name_claim)
    is_doubtful = registration.name_claim == "email" and claims.get("email_verified") is False
    usable = given if isinstance(given, str) and given.strip() and not is_doubtful else claims["sub"]
    return _plain(str(usable)) or UNKNOWN


def _plain(text: str) -> str:
    return "".join(each for each in text if each.isprintable()).strip()[:LONGEST_NAME_CHARS]


def _header_safe(token: str) -> str:
    return "".join(each for each in token if each.isascii() and each.isprintable())
