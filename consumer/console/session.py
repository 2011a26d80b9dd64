"""Sessions: signed cookies of a bounded life, and the token that every act of a session carries."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from consumer.clock import Clock
from consumer.console.person import Person
from consumer.console.signed_value import SignedValues

KEY_BYTES = 32
COOKIE = "lago_netsuite_console"
RENEWED_AFTER = 0.1
"""Of its idle time: a session that is used is renewed no more often."""
LARGEST_ENDED_COUNT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """
    One login.

    Attributes:
        ends_s: epoch time in seconds at which it ends, however much it is used.
        idle_ends_s: at which it ends unless it is used.
        token: what its acts must carry, so that no other page can act in its name.
    """

    id: str
    person: Person
    ends_s: int
    idle_ends_s: int
    token: str


class Sessions:
    """
    Issues and reads cookies; with a key of its own they end with the process.

    What is logged out is kept in memory: with a given key, a copied cookie works again after a restart.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        life_s: int,
        idle_s: int | None = None,
        key: bytes | None = None,
        issuer: str = "",
    ) -> None:
        """
        Begin without sessions.

        Args:
            clock: for their ends.
            life_s: how long a login lasts, in seconds.
            idle_s: how long it lasts without being used; None: as long.
            key: signs them.
            issuer: who vouches for people; sessions of another one are none here.
        """
        self._clock = clock
        self._life_s, self._idle_s = life_s, min(idle_s or life_s, life_s)
        self._secret = key or secrets.token_bytes(KEY_BYTES)
        self._values = self.signed(f"session {issuer}")
        self._ended: OrderedDict[str, int] = OrderedDict()

    def signed(self, purpose: str) -> SignedValues:
        """Other values, signed by the same key."""
        return SignedValues(self._secret, purpose)

    def begin(self, person: Person) -> tuple[Session, str]:
        """A new session, and its cookie."""
        claims = {
            "sub": person.name,
            "role": person.role,
            "sid": secrets.token_urlsafe(16),
            "end": self._now_s + self._life_s,
            "exp": self._now_s + self._idle_s,
        }
        return self._session(claims), self._values.sign(claims)

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None when it is not ours, was changed, or has ended."""
        claims = self._values.read(cookie, self._clock.now().timestamp())
        if claims is None:
            return None
        try:
            session = self._session(claims)
        except (ValueError, KeyError, TypeError):
            return None
        return None if session.id in self._ended else session

    def renewed(self, session: Session) -> str | None:
        """The cookie of a session that has just been used; None when the present one is good enough."""
        idle_ends_s = min(self._now_s + self._idle_s, session.ends_s)
        if idle_ends_s - session.idle_ends_s < max(1, RENEWED_AFTER * self._idle_s):
            return None
        return self._values.sign(
            {
                "sub": session.person.name,
                "role": session.person.role,
                "sid": session.id,
                "end": session.ends_s,
                "exp": idle_ends_s,
            }
        )

    def end(self, session: Session) -> None:
        """End a session: no cookie of it is read any more."""
        self._ended[session.id] = session.ends_s
        for each in [each for each, ends_s in self._ended.items() if ends_s < self._now_s]:
            del self._ended[each]
        if len(self._ended) > LARGEST_ENDED_COUNT:
            self._ended.popitem(last=False)

    @property
    def _now_s(self) -> int:
        return int(self._clock.now().timestamp())

    def _session(self, claims: dict[str, Any]) -> Session:
        person = Person(name=str(claims["sub"]), role=claims["role"])
        return Session(
            id=claims["sid"],
            person=person,
            ends_s=int(claims["end"]),
            idle_ends_s=int(claims["exp"]),
            token=self._token(claims["sid"]),
        )

    def _token(self, session_id: str) -> str:
        return hmac.new(self._secret, f"act {session_id}".encode(), hashlib.sha256).hexdigest()


def is_same(token: str, given: str) -> bool:
    """Whether two tokens are equal, compared in constant time."""
    return hmac.compare_digest(token.encode(), given.encode())
