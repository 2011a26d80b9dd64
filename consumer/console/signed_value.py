"""Values that a browser keeps for us: signed, for one purpose, and of a bounded life."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

ALGORITHM = "HS256"
LONGEST_CHARS = 4_096
"""What browsers keep of a cookie."""


class SignedValues:
    """Signs and reads claims; a value for one purpose is none for another."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        self._key = OctKey.import_key(hmac.new(secret, purpose.encode(), hashlib.sha256).digest())

    def sign(self, claims: dict[str, Any]) -> str:
        """Claims as a text that fits into a cookie; ``exp`` is the epoch time in seconds of its end."""
        return jwt.encode({"alg": ALGORITHM}, claims, self._key)

    def read(self, text: str, now_s: float) -> dict[str, Any] | None:
        """The claims; None when they are not ours, were changed, or have ended."""
        if len(text) > LONGEST_CHARS:
            return None
        try:
            claims = jwt.decode(text, self._key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError):
            return None
        return claims if float(claims.get("exp", 0)) > now_s else None
