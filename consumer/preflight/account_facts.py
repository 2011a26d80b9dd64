"""What was learnt of an account by asking it, before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from schemas import wire
from schemas.reading import CatalogPage, CatalogRow, Health, Kind, Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """
    The rows of a list that were asked for, by id.

    Attributes:
        shared_with: subsidiaries by row, for rows kept to some; NetSuite finds such a row once for each.
        trouble: why the list could not be read.
    """

    rows: Mapping[str, CatalogRow] = field(default_factory=dict)
    shared_with: Mapping[str, frozenset[str]] = field(default_factory=dict)
    trouble: Trouble | None = None

    @classmethod
    def of(cls, pages: Iterable[CatalogPage]) -> Listed:
        """The rows of all pages together."""
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
    What the account told.

    Attributes:
        today: the day by this machine's clock, in UTC.
        skew_s: seconds that NetSuite's clock is ahead of this machine's; None when it did not say.
        refused: how many of the calls that were made at once, `at_once`, the account refused for its limit.
        certificate_ends: the last day of the certificate, when the private key's file holds it too.
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
        """Whether a feature is on."""
        return self.health.features.get(feature, False)

    def listed(self, kind: Kind) -> Listed:
        """A list, empty when nobody asked for it."""
        return self.lists.get(kind, Listed())
