"""The login of the console: begins at the provider, and ends with a person or a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from consumer.clock import Clock
from consumer.console.login.code_exchange import CodeExchange
from consumer.console.login.kept_forms import KeptForms
from consumer.console.login.login_request import LoginRequest
from consumer.console.login.login_result import LoginResult, Unreachable
from consumer.console.login.provider import Changed, Provider
from consumer.console.login.provider_http import ProviderHttp
from consumer.console.login.registration import Registration
from consumer.console.rate import RateLimit
from consumer.console.signed_value import SignedValues

LOGINS_PER_MINUTE = 60
"""From one address, which is that of a proxy where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where the browser goes, and what it keeps meanwhile."""

    request: LoginRequest
    address: str
    cookie: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """
    One provider's login.

    Attributes:
        forms: those that wait for their sender.
        rate: how often one address may begin or end a login.
    """

    registration: Registration
    provider: Provider
    http: ProviderHttp
    clock: Clock
    values: SignedValues
    forms: KeptForms
    rate: RateLimit

    @classmethod
    def at(
        cls,
        registration: Registration,
        values: SignedValues,
        clock: Clock,
        *,
        changed: Changed = lambda _: None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> Login:
        """
        The login at a provider, of which nothing is asked yet.

        Args:
            registration: of the console there.
            values: signs what browsers keep.
            clock: for the age of all of it.
            changed: is called with whether the provider fails.
            transport: of HTTP; None: the usual one.
        """
        http = ProviderHttp(transport)
        return cls(
            registration=registration,
            provider=Provider(registration.issuer, http, clock, changed),
            http=http,
            clock=clock,
            values=values,
            forms=KeptForms(clock),
            rate=RateLimit(clock, burst=LOGINS_PER_MINUTE, per_minute=LOGINS_PER_MINUTE),
        )

    async def begin(self, back: str) -> Begun | Unreachable:
        """A login that leads back to a page."""
        known = await self.provider.metadata()
        if isinstance(known, Unreachable):
            return known
        request = LoginRequest.begin(back)
        cookie = request.kept(self.values, self.clock.now().timestamp())
        return Begun(request=request, address=request.address(self.registration, known), cookie=cookie)

    def read(self, cookie: str, state: str) -> LoginRequest | None:
        """The login that an answer belongs to; None when this browser began none, or too long ago."""
        found = LoginRequest.read(cookie, self.values, self.clock.now().timestamp())
        return found if found is not None and found.state == state else None

    async def end(self, request: LoginRequest, answer: Mapping[str, str]) -> LoginResult:
        """Who has logged in."""
        exchange = CodeExchange(
            registration=self.registration, provider=self.provider, http=self.http, clock=self.clock
        )
        return await exchange.person(request, answer)

    async def logout_address(self) -> str | None:
        """Where the provider ends its own session, too (OpenID Connect RP-Initiated Logout 1.0)."""
        known = await self.provider.metadata()
        if isinstance(known, Unreachable) or not known.end_session_endpoint:
            return None
        own = self.registration
        query = {"client_id": own.client_id, "post_logout_redirect_uri": f"{own.origin}/"}
        joint = "&" if "?" in known.end_session_endpoint else "?"
        return f"{known.end_session_endpoint}{joint}{urlencode(query)}"
