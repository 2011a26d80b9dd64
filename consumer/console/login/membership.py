"""Groups of the provider become a role here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from consumer.console.person import Role

MOST_GROUPS = 10_000


def groups_of(claims: Mapping[str, Any], path: str) -> frozenset[str] | None:
    """
    The groups that claims say; None when they say none.

    Args:
        claims: of a token, or of the provider's user info.
        path: the name of a claim, or else a path: ``realm_access.roles``. A single text is a single group.
    """
    found: Any = claims.get(path)
    if found is None:
        found = _followed(claims, path)
    match found:
        case str():
            return frozenset({found})
        case list():
            return frozenset(each for each in found[:MOST_GROUPS] if isinstance(each, str))
        case _:
            return None


def role_of(groups: frozenset[str], table: Sequence[tuple[Role, frozenset[str]]]) -> Role | None:
    """The first role of the table that one of the groups has."""
    return next((role for role, allowed in table if allowed & groups), None)


def _followed(claims: Mapping[str, Any], path: str) -> Any:
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
