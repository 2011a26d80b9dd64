"""``op: ledger``: Lago's documents as they stand in NetSuite, a page at a time in the order of ids."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

LARGEST_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerQuestion:
    """
    The request for one page.

    Attributes:
        from_day: first transaction date, ``YYYY-MM-DD``; None for all.
        to_day: last transaction date.
        after: `LedgerPage.next` of the page before; None for the first page.
        limit: rows of a page, at most `LARGEST_PAGE`.
    """

    from_day: str | None = None
    to_day: str | None = None
    after: str | None = None
    limit: int = LARGEST_PAGE

    def body(self) -> bytes:
        """The bytes that are posted."""
        asked: dict[str, Any] = {"limit": self.limit}
        given = {"from": self.from_day, "to": self.to_day, "after": self.after}
        asked |= {name: value for name, value in given.items() if value is not None}
        return json.dumps({"v": 1, "op": "ledger", **asked}, separators=(",", ":")).encode()


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class LedgerRow(_Answer):
    """
    One transaction; amounts are decimal texts in its currency, without sign.

    `lagoId` is what the field ``custbody_lago_id`` holds, `externalId` NetSuite's key; one may be missing.
    """

    type: str
    internalId: str  # noqa: N815 - as on the wire
    externalId: str | None = None  # noqa: N815
    lagoId: str | None = None  # noqa: N815
    number: str | None = None
    date: str = ""
    currency: str | None = None
    subsidiary: str | None = None
    entity: str = ""
    total: str = "0"
    tax: str = "0"
    remaining: str = "0"
    voided: bool = False
    url: str = ""


class LedgerError(_Answer):
    """Why there are no rows."""

    code: str = "UNKNOWN"
    message: str = ""


class LedgerPage(_Answer):
    """A page; `next` is `after` of the next request, None at the last page."""

    rows: tuple[LedgerRow, ...] = ()
    next: str | None = None
    error: LedgerError | None = None
