"""What the login provider says of itself (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from consumer.config.loopback import is_tls_or_loopback
from consumer.console.login.login_result import Unreachable

PATH = "/.well-known/openid-configuration"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""That tokens may be signed with: each needs a private key, so that nobody but the provider can sign."""


class Metadata(BaseModel):
    """Its addresses, and what it can."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    id_token_signing_alg_values_supported: Sequence[str] = ALGORITHMS
    token_endpoint_auth_methods_supported: Sequence[str] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def algorithms(self) -> list[str]:
        """Those of `ALGORITHMS` that it signs with."""
        return [each for each in ALGORITHMS if each in self.id_token_signing_alg_values_supported]

    @property
    def addresses(self) -> list[str]:
        """All its addresses."""
        needed = [self.authorization_endpoint, self.token_endpoint, self.jwks_uri]
        return needed + [each for each in (self.userinfo_endpoint, self.end_session_endpoint) if each]


def address_of(issuer: str) -> str:
    """Where a provider says what it is."""
    return issuer.removesuffix("/") + PATH


def read(body: Mapping[str, Any], issuer: str) -> Metadata | Unreachable:
    """The metadata of this issuer; of no other, since its tokens could be anybody's."""
    try:
        found = Metadata.model_validate(body)
    except ValidationError as error:
        missing = ", ".join(str(each["loc"][0]) for each in error.errors(include_input=False))
        return Unreachable(reason=f"the login provider's {PATH} cannot be used: {missing}")
    if found.issuer != issuer:
        return Unreachable(reason=f"the login provider calls itself {found.issuer[:200]!r}, not {issuer!r}")
    if not all(map(is_tls_or_loopback, found.addresses)):
        return Unreachable(reason="the login provider names an address without TLS")
    if not found.algorithms:
        return Unreachable(reason="the login provider signs tokens by no algorithm with a public key")
    return found
