"""A login that has begun: what the browser keeps until the provider sends it back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from consumer.console.login.metadata import Metadata
from consumer.console.login.registration import Registration
from consumer.console.signed_value import SignedValues

LIFE_S = 600
LONGEST_BACK_CHARS = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequest:
    """
    One attempt.

    Attributes:
        state: comes back with the answer, so that it belongs to this browser (RFC 6749 10.12).
        nonce: comes back in the token, so that it belongs to this attempt.
        verifier: proves at the token's endpoint that this attempt asked for the code (RFC 7636).
        back: the page that was asked for.
    """

    state: str
    nonce: str
    verifier: str
    back: str

    @classmethod
    def begin(cls, back: str) -> LoginRequest:
        """A new one."""
        return cls(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            back=local_path(back),
        )

    def address(self, registration: Registration, provider: Metadata) -> str:
        """Where the browser goes."""
        found: str = prepare_grant_uri(
            provider.authorization_endpoint,
            registration.client_id,
            "code",
            redirect_uri=registration.redirect_uri,
            scope=registration.scopes,
            state=self.state,
            nonce=self.nonce,
            code_challenge=create_s256_code_challenge(self.verifier),
            code_challenge_method="S256",
        )
        return found

    def kept(self, values: SignedValues, now_s: float) -> str:
        """The cookie."""
        return values.sign(
            {
                "state": self.state,
                "nonce": self.nonce,
                "verifier": self.verifier,
                "back": self.back,
                "exp": int(now_s) + LIFE_S,
            }
        )

    @classmethod
    def read(cls, cookie: str, values: SignedValues, now_s: float) -> LoginRequest | None:
        """The attempt of a cookie; None when it is not ours, was changed, or is too old."""
        claims = values.read(cookie, now_s)
        if claims is None:
            return None
        return cls(
            state=claims["state"], nonce=claims["nonce"], verifier=claims["verifier"], back=claims["back"]
        )


def local_path(path: str) -> str:
    r"""A path of this console, or the first page: ``//host`` and ``/\host`` lead to other sites."""
    is_local = path.startswith("/") and path[1:2] not in {"/", "\\"}
    is_plain = path.isascii() and path.isprintable() and len(path) <= LONGEST_BACK_CHARS
    return path if is_local and is_plain else "/"
