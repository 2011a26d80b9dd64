"""``op: ledger``: Lago's documents as they stand in NetSuite, a page at a time in the order of ids."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from schemas.scalar import utc_text

LARGEST_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerQuestion:
    """
    The request for one page.

    Attributes:
        from_day: first transaction date, ``YYYY-MM-DD``; None for all.
        to_day: last transaction date.
        changed_since: only what has changed since that moment; NetSuite knows it to the minute.
        after: `LedgerPage.next` of the page before; None for the first page.
        limit: rows of a page, at most `LARGEST_PAGE`.
    """

    from_day: str | None = None
    to_day: str | None = None
    changed_since: datetime | None = None
    after: str | None = None
    limit: int = LARGEST_PAGE

    def body(self) -> bytes:
        """The bytes that are posted."""
        asked: dict[str, Any] = {"limit": self.limit}
        given = {"from": self.from_day, "to": self.to_day, "after": self.after}
        if self.changed_since is not None:
            given["changed_since"] = utc_text(self.changed_since)
        asked |= {name: value for name, value in given.items() if value is not None}
        return json.dumps({"v": 1, "op": "ledger", **asked}, separators=(",", ":")).encode()


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class LedgerRow(_Answer):
    """
    One transaction; amounts are decimal texts in its currency, without sign.

    `lagoId` is what the field ``custbody_lago_id`` holds, `externalId` NetSuite's key; one may be missing.
    `entity` is the customer's internal id, the other names of the customer are missing where the role may not
    see it. Scripts before 1.1.0 do not tell what follows `url`.

    Attributes:
        status: NetSuite's word: ``open``, ``paidInFull``, ``voided``, ``pendingApproval``, ...
        approval: ``pending`` while an approver has yet to take it, ``rejected`` when one has refused it.
        changedAt: the last change in UTC, to the minute, whoever made it; a payment changes its invoice, too.
        createdFrom: internal id of the record that it was made from.
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
    status: str | None = None
    approval: Literal["pending", "rejected"] | None = None
    changedAt: datetime | None = None  # noqa: N815
    createdFrom: str | None = None  # noqa: N815
    customerExternalId: str | None = None  # noqa: N815
    customerLagoId: str | None = None  # noqa: N815
    customerName: str | None = None  # noqa: N815


class LedgerError(_Answer):
    """Why there are no rows."""

    code: str = "UNKNOWN"
    message: str = ""


class LedgerPage(_Answer):
    """A page; `next` is `after` of the next request, None at the last page."""

    rows: tuple[LedgerRow, ...] = ()
    next: str | None = None
    error: LedgerError | None = None
