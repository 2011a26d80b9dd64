"""What the console is at its login provider, and which groups there are which roles here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from consumer.console.person import Role

CALLBACK = "/login/callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """
    One client of one provider.

    Attributes:
        issuer: the provider's address, exactly as its tokens say it.
        client_secret: empty for a public client, which PKCE alone protects.
        origin: of the console.
        groups_claim: where tokens say the groups: the name of a claim, or a path with dots.
        name_claim: where they say what audit records call a person.
        groups: those of each role, the highest role first.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    origin: str
    scopes: str = "openid profile email"
    groups_claim: str = "groups"
    name_claim: str = "email"
    groups: Sequence[tuple[Role, frozenset[str]]] = ()

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends people back to; it has to be registered there."""
        return f"{self.origin}{CALLBACK}"
