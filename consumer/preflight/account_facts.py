"""The data of an account that the checks work on, as the RESTlet returned it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from schemas import wire
from schemas.reading import CatalogPage, CatalogRow, Health, Kind, Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """
    The requested rows of one list.

    Attributes:
        rows: by internal id.
        shared_with: subsidiaries by row id, for rows restricted to some; NetSuite's search returns such a
            row once for each of its subsidiaries.
        trouble: why the list cannot be read; None when it can.
    """

    rows: Mapping[str, CatalogRow] = field(default_factory=dict)
    shared_with: Mapping[str, frozenset[str]] = field(default_factory=dict)
    trouble: Trouble | None = None

    @classmethod
    def of(cls, pages: Iterable[CatalogPage]) -> Listed:
        """The list made of all its pages."""
        taken = tuple(pages)
        rows = [row for page in taken for row in page.rows]
        shared: dict[str, frozenset[str]] = {}
        for row in rows:
            if subsidiary := row.values.get("subsidiary"):
                shared[row.id] = shared.get(row.id, frozenset()) | {subsidiary}
        trouble = next((page.error for page in taken if page.error), None)
        return cls(rows={row.id: row for row in rows}, shared_with=shared, trouble=trouble)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """
    Everything known of the account.

    Attributes:
        health: role, permissions, features, preferences and forms.
        lists: the requested rows by kind of list.
        script: version of the RESTlet.
        account: id and environment.
        today: the date by this machine's clock, in UTC.
        skew_s: seconds that NetSuite's clock is ahead of this machine's; None when its responses have no
            time.
        refused: how many of the `at_once` concurrent calls the account refused for its concurrency limit.
        at_once: how many concurrent calls were made; 0 when that was not tried.
        certificate_ends: the last day of the certificate's validity; None when the private key's file does
            not contain the certificate.
    """

    health: Health
    lists: Mapping[Kind, Listed]
    script: wire.ScriptInfo
    account: wire.AccountInfo
    today: date
    skew_s: float | None = None
    refused: int = 0
    at_once: int = 0
    certificate_ends: date | None = None

    def has(self, feature: str) -> bool:
        """Whether a feature is enabled in the account."""
        return self.health.features.get(feature, False)

    def listed(self, kind: Kind) -> Listed:
        """A list; empty when it was not requested."""
        return self.lists.get(kind, Listed())
