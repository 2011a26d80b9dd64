"""Sessions: signed cookies of a bounded life, and the token that every act of a session carries."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from consumer.clock import Clock
from consumer.console.person import Person

ALGORITHM = "HS256"
KEY_BYTES = 32
COOKIE = "lago_netsuite_console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """
    One login.

    Attributes:
        ends_s: epoch time in seconds at which it ends.
        token: what its acts must carry, so that no other page can act in its name.
    """

    id: str
    person: Person
    ends_s: int
    token: str


class Sessions:
    """Issues and reads cookies; with a key of its own they end with the process."""

    def __init__(self, clock: Clock, *, life_s: int, key: bytes | None = None) -> None:
        self._clock = clock
        self._life_s = life_s
        self._secret = key or secrets.token_bytes(KEY_BYTES)
        self._key = OctKey.import_key(self._secret)

    def begin(self, person: Person) -> tuple[Session, str]:
        """A new session, and its cookie."""
        claims = {
            "sub": person.name,
            "role": person.role,
            "sid": secrets.token_urlsafe(16),
            "exp": int(self._clock.now().timestamp()) + self._life_s,
        }
        return self._session(claims), jwt.encode({"alg": ALGORITHM}, claims, self._key)

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None when it is not ours, was changed, or has ended."""
        try:
            claims = jwt.decode(cookie, self._key, algorithms=[ALGORITHM]).claims
            session = self._session(claims)
        except (JoseError, ValueError, KeyError, TypeError):
            return None
        return session if session.ends_s > self._clock.now().timestamp() else None

    def _session(self, claims: dict[str, Any]) -> Session:
        person = Person(name=str(claims["sub"]), role=claims["role"])
        return Session(
            id=claims["sid"], person=person, ends_s=int(claims["exp"]), token=self._token(claims["sid"])
        )

    def _token(self, session_id: str) -> str:
        return hmac.new(self._secret, f"act {session_id}".encode(), hashlib.sha256).hexdigest()


def is_same(token: str, given: str) -> bool:
    """Whether two tokens are equal, compared in constant time."""
    return hmac.compare_digest(token.encode(), given.encode())
